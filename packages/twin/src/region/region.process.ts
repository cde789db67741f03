/**
 * One region: its API, its functions, its queue, its topic and its workflows, in one process that can be killed.
 * Invariant: it keeps nothing that the others need: the journal, the ledger and the acquirer's record live elsewhere.
 * It ends when its supervisor does.
 */
import { createCrashPoint } from '../crash-points/crash-point.ts';
import { createS3 } from '../stand-ins/s3/index.ts';
import { createSns } from '../stand-ins/sns/index.ts';
import { createSqs } from '../stand-ins/sqs/index.ts';
import type { Sqs } from '../stand-ins/sqs/index.ts';
import { createStates } from '../stand-ins/states/index.ts';
import type { WorkflowStep } from '../stand-ins/states/index.ts';
import { createApiGateway } from './api-gateway.ts';
import {
  alertsTopicName, bucketName, deadLetterQueueName, deadNoticeQueueName, noticeQueueName, operatorQueueName, queueName, transactionsTopicName,
} from './configuration.ts';
import type { Invoke, RegionConfiguration, RegionOrder, RegionReady, RegionReport } from './configuration.ts';
import { startEventSource } from './event-source.ts';
import { loadFunction } from './function-host.ts';
import type { LoadedFunction } from './function-host.ts';
import { every } from './schedule.ts';
import { toQueue } from './subscription.ts';
import { TrafficMeter } from './traffic-meter.ts';

const QUEUE_REPORT_MS = 500;
const TRAFFIC_REPORT_MS = 1_000;
/** Retention as specified: 4 days in the queue, 14 in the dead-letter queue. */
const DAY_S = 86_400;

const configuration = JSON.parse(process.argv[2] ?? '') as RegionConfiguration;
const { region, schedules } = configuration;
const report = (message: RegionReport): void => {
  if (process.connected) process.send?.(message);
};
const fault = (source: string) => (error: unknown) => {
  console.error(JSON.stringify({ level: 'error', event: 'host_fault', source, region, error: String(error) }));
};

const functions = new Map<string, LoadedFunction>();
await Promise.all(configuration.functions.map(async (file) => functions.set(file.name, await loadFunction(file))));
const invoke = (name: string, event: unknown): Promise<unknown> => {
  const loaded = functions.get(name);
  if (!loaded) throw new Error(`there is no function ${name}`);
  return loaded.invoke(event);
};

const sqs = createQueues();
const s3 = createS3({ bucketName, folder: configuration.bucketFolder, replicateTo: `${configuration.bucketReplicationEndpoint}/${bucketName}` });
const sns = createSns({ region, report: (sentence, cause) => fault('sns')(`${sentence}: ${String(cause)}`) });
const alerts = sns.createTopic(alertsTopicName);
sns.subscribe(alerts, ({ message }) => report({ event: 'alert', message, heard: 'own' }));
sns.subscribe(alerts, toQueue({ endpoint: configuration.peerQueueEndpoint, region, queueName: operatorQueueName }));
sns.subscribe(sns.createTopic(transactionsTopicName), toQueue({ endpoint: configuration.queueEndpoint, region, queueName: noticeQueueName }));
const states = createStates({
  step: async (request) => (await invoke('orchestrate', request)) as WorkflowStep,
  onEnd: ({ name, state }) => report({ event: 'move_ended', name, state }),
});
const meter = new TrafficMeter();
const gateway = createApiGateway({ onAnswer: (answered) => meter.note(answered), routes: configuration.routes, authorizer: 'authorize', invoke, onFault: (name, error) => fault(name)(error) });
const ready: RegionReady = { event: 'ready', api: await gateway.listen(), sqs: await sqs.listen(), s3: await s3.listen(), sns: await sns.listen(), states: await states.listen() };

const takeFrom = (name: string, take: (event: object) => Promise<unknown>) =>
  startEventSource({
    endpoint: configuration.queueEndpoint,
    region,
    queueUrl: `${configuration.queueEndpoint}/000000000000/${name}`,
    batchWindowMs: configuration.queue.batchWindowMs,
    invoke: take,
    onFault: fault(name),
  });
const sources = [
  takeFrom(queueName, (event) => invoke('settle', event)),
  takeFrom(noticeQueueName, (event) => invoke('notify', event)),
  takeFrom(operatorQueueName, async (event) => {
    for (const { body } of (event as { readonly Records: readonly { readonly body: string }[] }).Records) report({ event: 'alert', message: body, heard: 'copy' });
  }),
];
const scheduled = [
  every(schedules.reconcileMs, () => invoke('reconcile', { source: 'schedule' }), fault('reconcile')),
  every(schedules.confirmMs, () => invoke('confirm', { source: 'schedule' }), fault('confirm')),
  every(schedules.publishMs, () => invoke('publish', { source: 'schedule' }), fault('publish')),
  every(schedules.purgeMs, () => invoke('purge', { source: 'schedule' }), fault('purge')),
  every(schedules.notifyMs, () => invoke('notify', { source: 'schedule' }), fault('notify')),
  every(schedules.detectMs, async () => {
    const { row, action, because } = (await invoke('detect', { source: 'schedule' })) as { row: string; action: string; because: string };
    report({ event: 'detection', row, action, because });
  }, fault('detect')),
  every(TRAFFIC_REPORT_MS, async () => report({ event: 'traffic', traffic: meter.take() }), fault('traffic')),
  every(QUEUE_REPORT_MS, async () => {
    const { visible, inFlight } = sqs.counts(queueName);
    report({ event: 'queue', visible, inFlight, dead: sqs.counts(deadLetterQueueName).visible });
  }, fault('queue')),
];

const crashPoint = createCrashPoint(report);
process.on('message', (message: RegionOrder) => {
  if (message.command === 'start_move') states.start(message.request.runId, message.request);
  else if (message.command === 'invoke') void invokeFor(message);
  else crashPoint.order(message);
});
let stopping: Promise<void> | undefined;
const stop = (): void => {
  stopping ??= close().finally(() => process.exit());
};
process.once('SIGTERM', stop);
process.once('disconnect', () => process.exit());
// The supervisor may have died while we started: then its 'disconnect' has come and gone.
if (process.send && !process.connected) process.exit();
process.send?.(ready);

async function invokeFor({ call, name, input }: Invoke): Promise<void> {
  try {
    report({ event: 'invoked', call, result: (await invoke(name, input)) as object });
  } catch (error) {
    report({ event: 'invoked', call, error: error instanceof Error ? error.message : String(error) });
  }
}

function createQueues(): Sqs {
  const queues = createSqs({ region, logFile: configuration.queueLogFile });
  createWithDeadLetters(queues, queueName, deadLetterQueueName);
  createWithDeadLetters(queues, noticeQueueName, deadNoticeQueueName);
  queues.createQueue(operatorQueueName, { MessageRetentionPeriod: String(4 * DAY_S) });
  return queues;
}

function createWithDeadLetters(queues: Sqs, name: string, deadLetters: string): void {
  queues.createQueue(deadLetters, { MessageRetentionPeriod: String(14 * DAY_S) });
  queues.createQueue(name, {
    MessageRetentionPeriod: String(4 * DAY_S),
    VisibilityTimeout: String(configuration.queue.visibilityTimeoutS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:${region}:000000000000:${deadLetters}`, maxReceiveCount: configuration.queue.receiveCountMax }),
  });
}

async function close(): Promise<void> {
  for (const schedule of scheduled) schedule.stop();
  await Promise.all([gateway.close(), ...sources.map((source) => source.stop()), states.close(), sns.close(), s3.close()]);
  await sqs.close();
}
