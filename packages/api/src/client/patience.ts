// When a call asks an endpoint again, and which of its requests somebody has to pay for. Pure functions of what is known,
// so that every rule about repeating can be read without the sending and waiting around it.
// Invariant: no request begins at or after the deadline, and none at an endpoint before the time that it named.

export interface TurnFacts {
  readonly now: number;
  readonly deadline: number;
  /** At this endpoint, by this call: requests, and looks that found the budget empty. */
  readonly turnsBefore: number;
  /** From the end of the last turn: what the endpoint asked for, or 0. */
  readonly retryAfterMs: number;
  /** From 0 up to, and without, 1. */
  readonly random: number;
}

/** Of one endpoint. With pauses of a second on average this is longer than the usual deadline, which ends it before. */
const TURNS_MAX = 50;
/** Full jitter: anything from nothing up to this, doubled with each turn. */
const PAUSE_MS = { first: 50, max: 2_000 } as const;

/** How long to pause before the next turn; undefined when there is to be none. */
export function pauseBefore({ now, deadline, turnsBefore, retryAfterMs, random }: TurnFacts): number | undefined {
  if (turnsBefore >= TURNS_MAX) return undefined;
  // Those who were told the same time do not come back at the same moment.
  const pauseMs = turnsBefore === 0 ? 0 : retryAfterMs + random * Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** (turnsBefore - 1));
  return now + pauseMs < deadline ? pauseMs : undefined;
}

export interface RequestFacts {
  /** Of this call, anywhere. */
  readonly requestsBefore: number;
  /** Of this call, at this endpoint. */
  readonly requestsHere: number;
  /** Somebody has failed it. Where nobody has, those who were asked are only silent, and this request is a hedge. */
  readonly failed: boolean;
  /** The endpoint failed several times in a row. */
  readonly rests: boolean;
}

/**
 * Whether the budget pays for it. A call's first request is its caller's; and when that failed, asking a region that is
 * well is what the other region is for, and gives it no more than one request for each call.
 */
export const isExtra = ({ requestsBefore, requestsHere, failed, rests }: RequestFacts): boolean => requestsBefore > 0 && (requestsHere > 0 || !failed || rests);
