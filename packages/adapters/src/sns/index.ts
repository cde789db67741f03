export { createSnsAlerts } from './sns-alerts.ts';
export type { SnsAlertsOptions } from './sns-alerts.ts';
