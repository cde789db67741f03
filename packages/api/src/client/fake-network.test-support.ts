// A virtual clock and two regions that misbehave on request, to play the client against. The regions share one set of
// payments, as the real ones share their journal: what was done is known although its answer was lost.
import type { PaymentRequest } from './requests.ts';
import type { Fetch, RequestInit, Response, World } from './world.ts';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time passes when nothing else happens any more. */
export class VirtualClock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  readonly now = (): number => this.#now;

  readonly after = (delayMs: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Of several at the same time, the one that was set first. */
  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) if (!earliest || timer.at < earliest.at) earliest = timer;
    return earliest;
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Lets everything happen that is due until then, in its order. */
  async pass(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (;;) {
      await quiet();
      const next = this.#earliest();
      if (!next || next.at > until) break;
      this.#now = next.at;
      this.#timers.delete(next);
      next.call();
    }
    this.#now = until;
  }

  /** Lets time pass until the work is done. */
  async during<T>(work: Promise<T>, limitMs = 120_000): Promise<T> {
    let done = false;
    const end = (): void => void (done = true);
    work.then(end, end);
    for (const until = this.#now + limitMs; this.#now < until; ) {
      await quiet();
      if (done) return work;
      const next = this.#earliest();
      if (!next) throw new Error('nothing will happen any more, and the work is not done');
      this.#now = next.at;
      this.#timers.delete(next);
      next.call();
    }
    throw new Error(`not done after ${limitMs} ms`);
  }
}

/** More turns than any chain of promises in the client has. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
}

/** What a region does with one request. */
export interface Behaviour {
  /** `lose`: does it, and the answer is lost. `refuse`: no connection. `hang`: nothing ever comes. `ignore`: hangs, and the signal is not heeded either. */
  readonly how?: 'lose' | 'refuse' | 'hang' | 'ignore';
  readonly afterMs?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly retryAfter?: string;
  readonly date?: string;
}

export interface Sent {
  readonly region: string;
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
  readonly signal: AbortSignal;
}

export const NEAR = 'https://near';
export const FAR = 'https://far';
const LATENCY_MS = 10;

export class FakeNetwork {
  readonly clock: VirtualClock = new VirtualClock();
  readonly sent: Sent[] = [];
  /** The transaction ids that the journal holds. */
  readonly done: Set<string> = new Set();
  readonly behaviour: Record<string, Behaviour | ((sent: Sent) => Behaviour)> = {};
  underWay = 0;
  random = (): number => 0.5;

  get world(): World {
    return { clock: this.clock, random: () => this.random(), fetch: this.#fetch };
  }

  to(region: string): readonly Sent[] {
    return this.sent.filter((sent) => sent.region === region);
  }

  /** Lets time pass until the work is rejected. */
  async refusal(work: Promise<unknown>): Promise<unknown> {
    return this.clock.during(work.then((value) => { throw new Error(`resolved: ${JSON.stringify(value)}`); }, (error: unknown) => error));
  }

  readonly #fetch: Fetch = async (url, init) => {
    const { origin: region, pathname, search } = new URL(url);
    const sent: Sent = { region, method: init.method, path: pathname + search, body: init.body, headers: init.headers, at: this.clock.now(), signal: init.signal };
    this.sent.push(sent);
    const given = this.behaviour[region];
    const behaviour = typeof given === 'function' ? given(sent) : (given ?? {});
    this.underWay += 1;
    try {
      return await this.#answer(behaviour, init);
    } finally {
      this.underWay -= 1;
    }
  };

  async #answer(behaviour: Behaviour, init: RequestInit): Promise<Response> {
    const { how, afterMs = LATENCY_MS, status = 200, retryAfter, date } = behaviour;
    await this.#wait(how === 'hang' || how === 'ignore' ? Infinity : afterMs, how === 'ignore' ? undefined : init.signal);
    if (how === 'refuse') throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    const id = init.body === undefined ? undefined : (JSON.parse(init.body) as { transaction_id?: string }).transaction_id;
    if (status < 300 && id !== undefined) this.done.add(id);
    if (how === 'lose') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    const body = 'body' in behaviour ? behaviour.body : status < 300 ? { transaction_id: id, status: 'accepted' } : { error: 'a sentence', code: 'planted' };
    const headers = new Map([['retry-after', retryAfter], ['date', date]]);
    return { status, headers: { get: (name) => headers.get(name) ?? null }, text: () => Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)) };
  }

  #wait(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const prevent = durationMs === Infinity ? () => undefined : this.clock.after(durationMs, resolve);
      signal?.addEventListener('abort', () => {
        prevent();
        reject(signal.reason as Error);
      });
    });
  }
}

export const payment = (id = 'order-1'): PaymentRequest => ({ transaction_id: id, customer_id: 'customer-1', amount: '12.50', currency: 'USD', payment_method: 'card_visa' });
export const killed: Behaviour = { how: 'refuse', afterMs: 1 };
export const unavailable: Behaviour = { status: 503, body: { error: 'the outcome is unknown', code: 'unavailable' } };

/** Small, quick and the same everywhere; good enough to choose faults by. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
