// Breaks ports on purpose: a call fails before it did anything, or after it did everything, which is a lost answer.
// To the caller both look the same, as they do in the world.
import type { PortName, Region } from '@understudy/core';
import { PortFault } from '@understudy/core';

export type Part =
  | 'holds' | 'sessions' | 'signer' | 'journal' | 'workIndex' | 'customers' | 'canary' | 'epochs' | 'moveLog' | 'votes' | 'keys' | 'ledger' | 'control' | 'cluster' | 'queue' | 'acquirer' | 'alerts' | 'mover' | 'receipts' | 'settlement' | 'bucket' | 'events' | 'endpoints' | 'outbox' | 'deadDeliveries';

/** The port under whose name each part reports its faults. */
const portOf: Readonly<Record<Part, PortName>> = {
  holds: 'journal', sessions: 'sessions', signer: 'signer', journal: 'journal', workIndex: 'journal', customers: 'journal', canary: 'journal', epochs: 'epoch', moveLog: 'epoch', votes: 'votes', keys: 'keys',
  ledger: 'ledger', control: 'ledger', cluster: 'cluster', queue: 'queue', acquirer: 'acquirer', alerts: 'alerts', mover: 'mover', receipts: 'ledger', settlement: 'ledger', bucket: 'bucket', events: 'events', endpoints: 'endpoints', outbox: 'ledger', deadDeliveries: 'queue',
};

export interface Break {
  readonly part: Part;
  /** `before`: nothing was done. `after`: all was done, and the answer is lost. */
  readonly when: 'before' | 'after';
  /** As seen from this region only; from everywhere when absent. */
  readonly region?: Region;
  /** Only this method of the port. */
  readonly method?: string;
  /** Lets this many matching calls pass first. */
  readonly skip?: number;
  /** How many calls fail; without end when absent. */
  readonly times?: number;
  readonly retryable?: boolean;
}

interface Seat {
  readonly part: Part;
  readonly region?: Region;
}

export class Breakage {
  #active: { readonly spec: Break; toSkip: number; left: number }[] = [];

  /** Returns what mends this break. */
  add(spec: Break): () => void {
    const entry = { spec, toSkip: spec.skip ?? 0, left: spec.times ?? Number.MAX_SAFE_INTEGER };
    this.#active.push(entry);
    return () => {
      this.#active = this.#active.filter((other) => other !== entry);
    };
  }

  mendAll(): void {
    this.#active = [];
  }

  /** The same port, whose every method is subject to the breaks. For ports with asynchronous methods only. */
  subject<T extends object>(port: T, seat: Seat): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return async (...parameters: unknown[]): Promise<unknown> => {
          const broken = this.#next(seat, name);
          if (broken?.when === 'before') throw this.#fault(broken, name);
          const result: unknown = await Reflect.apply(member, target, parameters);
          if (broken) throw this.#fault(broken, name);
          return result;
        };
      },
    });
  }

  #next(seat: Seat, method: string): Break | undefined {
    for (const entry of this.#active) {
      const { spec } = entry;
      const matches = spec.part === seat.part && (spec.region ?? seat.region) === seat.region && (spec.method ?? method) === method;
      if (!matches || entry.left === 0) continue;
      if (entry.toSkip > 0) {
        entry.toSkip -= 1;
        continue;
      }
      entry.left -= 1;
      return spec;
    }
    return undefined;
  }

  #fault(spec: Break, method: string): PortFault {
    return new PortFault({ port: portOf[spec.part], retryable: spec.retryable ?? true, message: `${method} is broken on purpose` });
  }
}
