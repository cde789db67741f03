// Load on a running twin, and when all of it is out of work: settled, and confirmed by the standby.
import { DynamoWorkIndex } from '@understudy/adapters/dynamodb';
import { connectToTable } from '@understudy/twin';
import type { RunningTwin } from '@understudy/twin';
import { ownMs } from '../measure/cpu.ts';

interface Paying {
  readonly transactionId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

interface Answered {
  readonly kind: string;
}

/** The part of the drills' clients that is used. */
export interface Payer {
  send(payment: Paying): Promise<Answered>;
  close(): void;
}

export interface Sent {
  readonly latenciesMs: readonly number[];
  readonly ackedAt: readonly number[];
  /** Calls that were answered by nothing that is certain. */
  readonly failed: number;
}

/** A payment that is not accepted after so many calls ends the benchmark. */
const CALLS_MAX = 50;
const REPEAT_AFTER_MS = 50;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Tally {
  readonly latenciesMs: number[] = [];
  readonly ackedAt: number[] = [];
  failed = 0;

  /** Repeats until it is accepted, as a merchant does. */
  async place(payer: Payer, transactionId: string): Promise<void> {
    for (let calls = 0; calls < CALLS_MAX; calls += 1) {
      if (await this.send(payer, transactionId)) return;
      await pause(REPEAT_AFTER_MS);
    }
    throw new Error(`${transactionId} was not accepted in ${CALLS_MAX} calls`);
  }

  async send(payer: Payer, transactionId: string): Promise<boolean> {
    const sentAt = performance.now();
    const { kind } = await payer.send({ transactionId, amountMinor: 1000, currency: 'USD' });
    if (kind !== 'accepted') {
      this.failed += 1;
      return false;
    }
    this.latenciesMs.push(performance.now() - sentAt);
    this.ackedAt.push(Date.now());
    return true;
  }
}

/** All of them, as fast as it goes with so many calls under way. */
export async function sendAll(payer: Payer, options: { readonly prefix: string; readonly total: number; readonly atOnce: number }): Promise<Sent> {
  const tally = new Tally();
  let next = 0;
  await Promise.all(Array.from({ length: options.atOnce }, async () => {
    while (next < options.total) await tally.place(payer, `${options.prefix}-${next++}`);
  }));
  return tally;
}

/** At a steady rate, however slow the answers are, until told to end. */
export function sendSteadily(payer: Payer, options: { readonly prefix: string; readonly perSecond: number }): { end(): Promise<Sent> } {
  const tally = new Tally();
  let ended = false;
  const sending = (async () => {
    const [startedAt, calls] = [performance.now(), [] as Promise<boolean>[]];
    for (let n = 0; !ended; n += 1) {
      const waitMs = startedAt + (n * 1000) / options.perSecond - performance.now();
      if (waitMs > 0) await pause(waitMs);
      calls.push(tally.send(payer, `${options.prefix}-${n}`));
    }
    await Promise.all(calls);
  })();
  return {
    end: async () => {
      ended = true;
      await sending;
      return tally;
    },
  };
}

/** Longer than any backlog of a benchmark takes, so that a stuck one ends. */
const LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 100;

/** Resolves when no payment is in work any more. */
export async function untilConfirmed(twin: RunningTwin): Promise<void> {
  const connection = await connectToTable(twin);
  const index = new DynamoWorkIndex(connection);
  const deadline = Date.now() + LIMIT_MS;
  try {
    while ((await index.all(1))?.length !== 0) {
      if (Date.now() > deadline) throw new Error('payments stay in work');
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    connection.close();
  }
}

/** Processor time of each part of the twin so far, by its name. */
export async function processorMs(twin: RunningTwin): Promise<Readonly<Record<string, number>>> {
  const times = (await twin.processes()).map(({ name, pid }): [string, number] => [name, ownMs(pid)]);
  // The supervisor's includes its children's.
  const others = times.filter(([name]) => name !== 'supervisor').reduce((sum, [, ms]) => sum + ms, 0);
  return Object.fromEntries(times.map(([name, ms]) => [name, name === 'supervisor' ? ms - others : ms]));
}
