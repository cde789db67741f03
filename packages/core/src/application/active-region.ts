// A remembered answer to "who settles?", for routing hints only: being wrong costs latency. Whoever settles
// reads the record itself, strongly.
import { epochMs } from '../domain/time.ts';
import type { Region } from '../domain/region/region.ts';
import type { Clock } from '../ports/clock.ts';
import type { EpochRegister } from '../ports/epoch-register.ts';
import { isPortFault } from '../ports/fault.ts';

/** The active region as last read, or undefined when it was never read. */
export type ActiveRegion = () => Promise<Region | undefined>;

export function rememberActiveRegion(ports: { readonly epochs: EpochRegister; readonly clock: Clock }, freshMs: number): ActiveRegion {
  let known: Region | undefined;
  let readAt = epochMs(-Infinity);
  let reading: Promise<void> | undefined;
  const read = async () => {
    try {
      known = (await ports.epochs.read()).activeRegion;
    } catch (error) {
      if (!isPortFault(error)) throw error;
    } finally {
      readAt = ports.clock.now();
      reading = undefined;
    }
  };
  return async () => {
    if (ports.clock.now() - readAt >= freshMs) await (reading ??= read());
    return known;
  };
}
