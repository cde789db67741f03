// Sends one request until somebody answers it for certain. Each endpoint has a runner, which tries, pauses and tries
// again; the second runner joins when the first has failed once, or when it is silent for longer than usual.
//
// Why two regions may be asked at once: every request that comes here names what it does by an id of the caller, and the
// service does it once for that id, whichever region is asked, in whatever order, however often. So a second request is
// never a second payment, and the first definite answer is everybody's answer. What has no such id comes to
// `sendOnce`, never here.
//
// Invariant: it ends by the deadline or with the caller's signal; a definite answer wins over any number of unknown
// ones; when it has ended nothing of it is under way.
import { inOrder } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { UnansweredError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Answered, ApiRequest, Unanswered } from './exchange.ts';
import type { Pace } from './pace.ts';
import { sleep } from './world.ts';
import type { World } from './world.ts';

export interface Call {
  readonly request: ApiRequest;
  readonly endpoints: readonly Endpoint[];
  readonly pace: Pace;
  /** By the world's clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export interface Outcome {
  readonly answer: Answered;
  /** All that were sent, to all endpoints. */
  readonly tries: number;
}

/** Of one endpoint. With pauses of a second on average this is longer than the usual deadline, which ends it before. */
const TRIES_MAX = 50;
/** Full jitter: anything from nothing up to this, doubled with each try. */
const PAUSE_MS = { first: 50, max: 2_000 } as const;

function pauseMs(world: World, triesBefore: number, retryAfterMs: number): number {
  const jitter = world.random() * Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** triesBefore);
  // Those who were told the same time do not come back at the same moment.
  return retryAfterMs + jitter;
}

const timeoutOf = (world: World, call: Call): number => Math.min(call.pace.limits.timeoutMs, call.deadline - world.clock.now());

/** Throws UnansweredError, or the reason of the caller's signal. */
export function race(world: World, call: Call): Promise<Outcome> {
  return new Promise((resolve, reject) => new Race(world, call, { resolve, reject }).begin());
}

interface Settle {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

class Race {
  readonly #world: World;
  readonly #call: Call;
  readonly #settle: Settle;
  readonly #order: readonly Endpoint[];
  readonly #ending = new AbortController();
  /** When each runner's try that is under way was sent. */
  readonly #sentAt = new Map<number, number>();
  #joined = 0;
  #running = 0;
  #tries = 0;
  #last: Unanswered | undefined;
  #preventHedge: () => void = () => undefined;

  constructor(world: World, call: Call, settle: Settle) {
    this.#world = world;
    this.#call = call;
    this.#settle = settle;
    this.#order = inOrder(call.endpoints, world.clock.now());
  }

  begin(): void {
    const { signal, pace } = this.#call;
    if (signal?.aborted) return this.#giveUp();
    signal?.addEventListener('abort', this.#giveUp);
    const hedgeMs = pace.hedgeAfterMs();
    this.#join(0);
    this.#hedge(1, hedgeMs);
  }

  /** The nth runner joins after a silence, and the one after it after another. */
  #hedge(n: number, hedgeMs: number): void {
    if (n >= this.#order.length) return;
    this.#preventHedge = this.#world.clock.after(hedgeMs, () => {
      if (this.#joined > n || this.#call.pace.mayHedge()) {
        this.#join(n);
        this.#hedge(n + 1, hedgeMs);
      }
    });
  }

  #join(n: number): void {
    const endpoint = this.#order[n];
    if (!endpoint || n < this.#joined) return;
    this.#joined = n + 1;
    this.#running += 1;
    void this.#run(n, endpoint);
  }

  async #run(n: number, endpoint: Endpoint): Promise<void> {
    const { clock } = this.#world;
    for (let triesBefore = 0; triesBefore < TRIES_MAX; triesBefore += 1) {
      const sentAt = clock.now();
      if (sentAt >= this.#call.deadline) break;
      this.#tries += 1;
      this.#sentAt.set(n, sentAt);
      const answer = await exchange(this.#world, endpoint.url, { request: this.#call.request, timeoutMs: timeoutOf(this.#world, this.#call), signal: this.#ending.signal });
      if (this.#ending.signal.aborted) return;
      this.#sentAt.delete(n);
      if (answer.answered) return this.#win(endpoint, sentAt, answer);
      this.#last = answer;
      if (answer.atFault) endpoint.strike(clock.now());
      this.#join(n + 1);
      const pause = pauseMs(this.#world, triesBefore, answer.retryAfterMs);
      if (clock.now() + pause >= this.#call.deadline) break;
      await sleep(clock, pause, this.#ending.signal);
      if (this.#ending.signal.aborted) return;
    }
    this.#running -= 1;
    if (this.#running === 0) this.#end(() => this.#settle.reject(new UnansweredError(this.#tries, this.#last)));
  }

  /** Whoever was asked before the winner and is still silent is slow: it speaks against that endpoint, and for a later hedge. */
  #win(endpoint: Endpoint, sentAt: number, answer: Answered): void {
    const now = this.#world.clock.now();
    endpoint.answered();
    this.#call.pace.took(now - sentAt);
    for (const [n, otherSentAt] of this.#sentAt) {
      if (otherSentAt >= sentAt) continue;
      this.#order[n]?.strike(now);
      this.#call.pace.took(now - otherSentAt);
    }
    this.#end(() => this.#settle.resolve({ answer, tries: this.#tries }));
  }

  readonly #giveUp = (): void => this.#end(() => this.#settle.reject(this.#call.signal?.reason));

  #end(settle: () => void): void {
    this.#preventHedge();
    this.#call.signal?.removeEventListener('abort', this.#giveUp);
    this.#ending.abort();
    settle();
  }
}

/**
 * For what has no id of the caller, so that sending it twice may do it twice: one try at a time, and another only after
 * one that certainly had no effect. Throws UnansweredError, or the reason of the caller's signal.
 */
export async function sendOnce(world: World, call: Call): Promise<Outcome> {
  const never = new AbortController().signal;
  const { deadline, request, signal = never } = call;
  const order = inOrder(call.endpoints, world.clock.now());
  let last: Unanswered | undefined;
  let tries = 0;
  while (tries < TRIES_MAX * order.length && world.clock.now() < deadline) {
    signal.throwIfAborted();
    const endpoint = order[tries % order.length];
    if (!endpoint) break;
    tries += 1;
    const answer = await exchange(world, endpoint.url, { request, timeoutMs: timeoutOf(world, call), signal });
    signal.throwIfAborted();
    if (answer.answered) {
      endpoint.answered();
      return { answer, tries };
    }
    last = answer;
    if (answer.atFault) endpoint.strike(world.clock.now());
    if (!answer.notDone) break;
    // Elsewhere at once; after a whole round, later.
    if (tries % order.length > 0) continue;
    const pause = pauseMs(world, tries / order.length - 1, answer.retryAfterMs);
    if (world.clock.now() + pause >= deadline) break;
    await sleep(world.clock, pause, signal);
  }
  throw new UnansweredError(tries, last);
}
