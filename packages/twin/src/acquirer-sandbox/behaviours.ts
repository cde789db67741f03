/**
 * What the acquirer is told to do wrong: the modes in force, what they match, and how long they last.
 *
 * Invariant: a mode applies to at most `count` requests and not after `forMs`; `approve` without `match` leaves none.
 * Behaviours are gone after a restart: they are an experiment, not a record.
 */

export const modes = [
  'approve',
  'decline',
  'delay',
  'charge_no_answer',
  'in_progress',
  'fail',
  'forget_declines',
  'expire_keys',
] as const;

export type Mode = (typeof modes)[number];

export interface BehaviourRequest {
  readonly mode: Mode;
  readonly match?: RegExp;
  readonly forMs?: number;
  readonly count?: number;
  readonly delayMs?: number;
}

/** What `GET /behaviour` shows of one. */
export interface BehaviourState {
  readonly mode: Mode;
  readonly match?: string;
  readonly forMsLeft?: number;
  readonly countLeft?: number;
  readonly delayMs: number;
}

const DELAY_MS_DEFAULT = 2_000;
/** A transaction id has at most 128 characters; a longer expression is a mistake or an attack. */
const MATCH_CHARACTERS_MAX = 200;
/** Each request is held against all of them. */
const ACTIVE_MAX = 100;
/** A day; an experiment does not last longer, and timers do not reach further than 24 days. */
const DURATION_MS_MAX = 24 * 60 * 60 * 1000;
const COUNT_MAX = 1_000_000_000;

interface Active {
  readonly mode: Mode;
  readonly match: RegExp | undefined;
  readonly untilEpochMs: number;
  readonly delayMs: number;
  countLeft: number;
}

export class Behaviours {
  readonly #now: () => number;
  #active: Active[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** False when too many are in force already. */
  add(request: BehaviourRequest): boolean {
    const { mode, match, forMs, count, delayMs } = request;
    this.#forgetSpent();
    if (mode === 'approve' && match === undefined) {
      this.#active = [];
      return true;
    }
    if (this.#active.length >= ACTIVE_MAX) return false;
    this.#active.push({
      mode,
      match,
      untilEpochMs: forMs === undefined ? Infinity : this.#now() + forMs,
      countLeft: count ?? Infinity,
      delayMs: delayMs ?? (mode === 'expire_keys' ? 0 : DELAY_MS_DEFAULT),
    });
    return true;
  }

  /** The first behaviour of this mode in force for the transaction; one of its requests is thereby spent. */
  take(mode: Mode, transactionId: string, fits: (delayMs: number) => boolean = () => true): { delayMs: number } | undefined {
    if (this.#active.length === 0) return undefined;
    this.#forgetSpent();
    const found = this.#active.find(
      (active) => active.mode === mode && (active.match?.test(transactionId) ?? true) && fits(active.delayMs),
    );
    if (found === undefined) return undefined;
    found.countLeft -= 1;
    return { delayMs: found.delayMs };
  }

  list(): BehaviourState[] {
    this.#forgetSpent();
    return this.#active.map((active) => ({
      mode: active.mode,
      ...(active.match === undefined ? {} : { match: active.match.source }),
      ...(active.untilEpochMs === Infinity ? {} : { forMsLeft: active.untilEpochMs - this.#now() }),
      ...(active.countLeft === Infinity ? {} : { countLeft: active.countLeft }),
      delayMs: active.delayMs,
    }));
  }

  #forgetSpent(): void {
    this.#active = this.#active.filter((active) => active.countLeft > 0 && active.untilEpochMs > this.#now());
  }
}

/** A sentence instead of a behaviour says what is allowed. */
export function parseBehaviour(body: unknown): BehaviourRequest | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object with a mode';
  const allowedFields = ['mode', 'match', 'forMs', 'count', 'delayMs'];
  const fields: Record<string, unknown> = { ...body };
  const unknownField = Object.keys(fields).find((name) => !allowedFields.includes(name));
  if (unknownField !== undefined) return `unknown field ${unknownField}; allowed are ${allowedFields.join(', ')}`;
  const mode = modes.find((known) => known === fields.mode);
  if (mode === undefined) return `mode must be one of ${modes.join(', ')}`;
  const match = parseMatch(fields.match);
  if (typeof match === 'string') return match;
  const { forMs, count, delayMs } = fields;
  if (!isWholeNumber(forMs, 1, DURATION_MS_MAX)) return `forMs must be a whole number from 1 to ${DURATION_MS_MAX}`;
  if (!isWholeNumber(count, 1, COUNT_MAX)) return `count must be a whole number from 1 to ${COUNT_MAX}`;
  if (!isWholeNumber(delayMs, 0, DURATION_MS_MAX)) return `delayMs must be a whole number from 0 to ${DURATION_MS_MAX}`;
  return {
    mode,
    ...(match === undefined ? {} : { match }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(count === undefined ? {} : { count }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

function parseMatch(match: unknown): RegExp | string | undefined {
  if (match === undefined) return undefined;
  const sentence = `match must be a regular expression of 1 to ${MATCH_CHARACTERS_MAX} characters`;
  if (typeof match !== 'string' || match.length === 0 || match.length > MATCH_CHARACTERS_MAX) return sentence;
  try {
    return new RegExp(match);
  } catch {
    return `${sentence}; this one is not valid`;
  }
}

function isWholeNumber(value: unknown, min: number, max: number): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max);
}
