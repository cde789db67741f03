/**
 * The third vantage: a detector in a region that holds no payments. It looks and votes, nothing else.
 * It ends when its supervisor does.
 */
import { witnessRegion } from '@understudy/core';
import { alertsTopicName } from '../region/configuration.ts';
import { loadFunction } from '../region/function-host.ts';
import type { FunctionFile } from '../region/function-host.ts';
import { every } from '../region/schedule.ts';
import { createSns } from '../stand-ins/sns/index.ts';

export interface WitnessConfiguration {
  readonly detect: FunctionFile;
  readonly detectMs: number;
}

const configuration = JSON.parse(process.argv[2] ?? '') as WitnessConfiguration;
const detect = await loadFunction(configuration.detect);
const sns = createSns({ region: witnessRegion });
sns.subscribe(sns.createTopic(alertsTopicName), ({ message }) => void process.send?.({ event: 'alert', message }));
every(configuration.detectMs, async () => {
  const { row, action, because } = (await detect.invoke({ source: 'schedule' })) as { row: string; action: string; because: string };
  if (process.connected) process.send?.({ event: 'detection', row, action, because });
}, (error) => {
  console.error(JSON.stringify({ level: 'error', event: 'host_fault', source: 'detect', error: String(error) }));
});
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
if (process.send && !process.connected) process.exit();
process.send?.({ event: 'ready', sns: await sns.listen() });
