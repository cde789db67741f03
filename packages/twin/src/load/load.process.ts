/**
 * The load in a process of its own, not to disturb what it loads: options in argv[2], the API key in the environment, which
 * other users of the machine cannot read, rates over IPC. It ends with its parent.
 */
import { Traffic } from './traffic.ts';
import type { TrafficOptions } from './traffic.ts';

const TALLY_EVERY_MS = 500;

interface RateOrder {
  readonly ratePerSecond: number;
  readonly clients: Parameters<Traffic['set']>[1];
}

process.once('disconnect', () => process.exit(0));
if (process.send !== undefined && !process.connected) process.exit(0);
process.once('SIGTERM', () => process.exit(0));
const traffic = new Traffic({ ...(JSON.parse(process.argv[2] ?? 'null') as Omit<TrafficOptions, 'apiKey'>), apiKey: process.env['UNDERSTUDY_API_KEY'] ?? '' });
process.on('message', (order: RateOrder) => traffic.set(order.ratePerSecond, order.clients));
setInterval(() => process.send?.({ event: 'tally', tally: traffic.tally() }), TALLY_EVERY_MS);
process.send?.({ event: 'ready' });
