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
import type { Budget } from './budget.ts';
import { inOrder } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { UnansweredError } from './errors.ts';
import { exchange } from './exchange.ts';
import type { Answered, ApiRequest, Unanswered } from './exchange.ts';
import type { Pace } from './pace.ts';
import { isExtra, pauseBefore } from './patience.ts';
import type { RequestFacts } from './patience.ts';
import { sleep } from './world.ts';
import type { World } from './world.ts';

export interface Call {
  readonly request: ApiRequest;
  readonly endpoints: readonly Endpoint[];
  readonly pace: Pace;
  readonly budget: Budget;
  /** By the world's clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export interface Outcome {
  readonly answer: Answered;
  /** All that were sent, to all endpoints. */
  readonly tries: number;
}

const timeoutAt = (now: number, { pace, deadline }: Pick<Call, 'pace' | 'deadline'>): number => Math.min(pace.limits.timeoutMs, deadline - now);

type Asking = Omit<RequestFacts, 'rests'> & { readonly endpoint: Endpoint; readonly now: number };

type Price = 'free' | 'paid' | 'too dear';

/** Takes from the budget what is more than the caller asked for. */
function priceOf({ budget }: Call, { endpoint, now, ...facts }: Asking): Price {
  if (!isExtra({ ...facts, rests: now < endpoint.restUntil })) return 'free';
  return budget.take(now) ? 'paid' : 'too dear';
}

/** Not for a try that the caller's own deadline cut short: it says nothing about the endpoint. */
function blame(endpoint: Endpoint, answer: Unanswered, { now, deadline }: { readonly now: number; readonly deadline: number }): void {
  if (answer.atFault && now < deadline) endpoint.strike(now);
}

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
    // Before anybody joins, who may find the deadline passed and end it all at once.
    this.#hedge(1, pace.hedgeAfterMs());
    this.#join(0);
  }

  /** The nth runner joins after a silence, and the one after it after another. */
  #hedge(n: number, hedgeMs: number): void {
    if (n >= this.#order.length) return;
    this.#preventHedge = this.#world.clock.after(hedgeMs, () => {
      this.#join(n);
      this.#hedge(n + 1, hedgeMs);
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
    const { request, pace, budget, deadline } = this.#call;
    const { signal } = this.#ending;
    let retryAfterMs = 0;
    for (let [turnsBefore, requestsHere] = [0, 0]; ; turnsBefore += 1) {
      const pauseMs = pauseBefore({ now: clock.now(), deadline, turnsBefore, retryAfterMs, random: this.#world.random() });
      if (pauseMs === undefined) break;
      if (pauseMs > 0) await sleep(clock, pauseMs, signal);
      if (signal.aborted) return;
      retryAfterMs = 0;
      const sentAt = clock.now();
      // A busy process wakes late.
      if (sentAt >= deadline) break;
      const failed = this.#last !== undefined;
      const price = priceOf(this.#call, { endpoint, now: sentAt, requestsBefore: this.#tries, requestsHere, failed });
      if (price === 'too dear') continue;
      this.#tries += 1;
      requestsHere += 1;
      this.#sentAt.set(n, sentAt);
      const answer = await exchange(this.#world, endpoint.url, { request, timeoutMs: timeoutAt(sentAt, { pace, deadline }), signal });
      if (signal.aborted) return;
      this.#sentAt.delete(n);
      if (answer.answered) {
        // Not for a hedge: whoever is slow has enough to do.
        if (failed && price === 'paid') budget.putBack();
        return this.#win(endpoint, sentAt, answer);
      }
      this.#last = answer;
      retryAfterMs = answer.retryAfterMs;
      blame(endpoint, answer, { now: clock.now(), deadline });
      this.#join(n + 1);
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
  const { clock } = world;
  const { deadline, pace, request, signal = new AbortController().signal } = call;
  const order = inOrder(call.endpoints, clock.now());
  let last: Unanswered | undefined;
  let tries = 0;
  let againAt = 0;
  for (let turnsBefore = 0; ; turnsBefore += 1) {
    signal.throwIfAborted();
    const endpoint = order[turnsBefore % order.length];
    const round = Math.floor(turnsBefore / order.length);
    // Elsewhere at once; after a whole round, later.
    const elsewhere = turnsBefore % order.length > 0;
    const pauseMs = pauseBefore({ now: clock.now(), deadline, turnsBefore: elsewhere ? 0 : round, retryAfterMs: Math.max(0, againAt - clock.now()), random: world.random() });
    if (!endpoint || pauseMs === undefined) break;
    if (pauseMs > 0) await sleep(clock, pauseMs, signal);
    signal.throwIfAborted();
    const sentAt = clock.now();
    if (sentAt >= deadline) break;
    const price = priceOf(call, { endpoint, now: sentAt, requestsBefore: tries, requestsHere: round, failed: true });
    if (price === 'too dear') continue;
    tries += 1;
    const answer = await exchange(world, endpoint.url, { request, timeoutMs: timeoutAt(sentAt, { pace, deadline }), signal });
    signal.throwIfAborted();
    if (answer.answered) {
      endpoint.answered();
      if (price === 'paid') call.budget.putBack();
      return { answer, tries };
    }
    last = answer;
    againAt = Math.max(againAt, clock.now() + answer.retryAfterMs);
    blame(endpoint, answer, { now: clock.now(), deadline });
    if (!answer.notDone) break;
  }
  throw new UnansweredError(tries, last);
}
