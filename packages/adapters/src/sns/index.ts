export { createSnsEventTopic } from './sns-event-topic.ts';
export type { SnsEventTopicOptions } from './sns-event-topic.ts';
export { createSnsAlerts } from './sns-alerts.ts';
export type { SnsAlertsOptions } from './sns-alerts.ts';
