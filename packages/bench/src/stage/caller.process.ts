/**
 * Calls one bundled function again and again in a process of its own, as Lambda would with a warm one, and says what it
 * cost in processor time. argv[2]: `{bundle}` as JSON. Takes `{event: 'call', times, prefix}`, and a file for a CPU profile
 * of those calls.
 */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import { acceptEvent } from './accept-event.ts';

export interface CallerConfiguration {
  readonly bundle: string;
}

export interface CallOrder {
  readonly event: 'call';
  readonly times: number;
  /** Of the ids, so that no two orders meet. */
  readonly prefix: string;
  readonly profileTo?: string;
}

export interface CallReport {
  readonly event: 'called';
  readonly cpuMs: number;
  /** The part of it that the kernel did not use: sockets cost the same whoever writes to them. */
  readonly userMs: number;
  readonly wallMs: number;
  readonly residentMb: number;
}

type Handler = (event: object, context: object) => Promise<{ readonly statusCode: number; readonly body: string }>;

const { bundle } = JSON.parse(process.argv[2] ?? '') as CallerConfiguration;
const { handler } = (await import(pathToFileURL(bundle).href)) as { readonly handler: Handler };

async function call({ times, prefix }: CallOrder): Promise<CallReport> {
  const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
  for (let n = 0; n < times; n += 1) {
    const context = { functionName: 'accept', awsRequestId: `${prefix}-${n}`, getRemainingTimeInMillis: () => 10_000 };
    const { statusCode, body } = await handler(acceptEvent(`${prefix}-${n}`), context);
    if (statusCode !== 202) throw new Error(`answered ${statusCode}: ${body}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { event: 'called', cpuMs: (user + system) / 1000, userMs: user / 1000, wallMs: performance.now() - startedAt, residentMb: process.memoryUsage.rss() / 2 ** 20 };
}

const PROFILE_EVERY_US = 100;

async function profiled(order: CallOrder, path: string): Promise<CallReport> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: PROFILE_EVERY_US });
  await session.post('Profiler.start');
  const report = await call(order);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(path, JSON.stringify(profile));
  return report;
}

process.on('message', (order: CallOrder) => {
  (order.profileTo === undefined ? call(order) : profiled(order, order.profileTo)).then((report) => process.send?.(report), (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.once('SIGTERM', () => process.exit());
process.once('disconnect', () => process.exit());
process.send?.({ event: 'ready' });
