/**
 * The faults that can be injected, per region, and the decision whether one strikes a request.
 * Invariant: an injected refusal is decided before anything is done, so a refused write has written nothing.
 * Does not: delay or cut links (the switchboard does), apply the index lag (the replica does), or survive a restart.
 */
import * as v from 'valibot';
import { refusal, writeConflict, type Refusal } from './refusal.ts';

export interface RegionFaults {
  /** The region's replica stops following until this is lifted; then it catches up. */
  readonly indexStalled: boolean;
  /** The replica shows a write this long after its commit. */
  readonly indexDelayMs: number;
  /** Share of writes refused with ReplicatedWriteConflictException, 0 to 1. */
  readonly writeConflictRate: number;
  /** Share of writes that are done but whose connection is destroyed instead of answered, 0 to 1. */
  readonly loseAnswerRate: number;
  /** Share of all item requests refused with ProvisionedThroughputExceededException, 0 to 1. */
  readonly throttleRate: number;
  /** Every request is answered with HTTP 500. */
  readonly unavailable: boolean;
}

export type FaultsByRegion = Readonly<Record<string, RegionFaults>>;
export type FaultChanges = Readonly<Record<string, Partial<RegionFaults>>>;

export interface Faults {
  get(): FaultsByRegion;
  /** Changes only what is given. Throws on an unknown region or fault, or a value out of range, and then changes nothing. */
  set(changes: FaultChanges): void;
  clear(): void;
}

export interface InjectedFaults extends Faults {
  of(region: string): RegionFaults;
  /** What to refuse this request with, if a fault strikes it. */
  refusalFor(region: string, operation: string): Refusal | undefined;
  losesAnswer(region: string, operation: string): boolean;
}

const none: RegionFaults = {
  indexStalled: false, indexDelayMs: 0, writeConflictRate: 0, loseAnswerRate: 0, throttleRate: 0, unavailable: false,
};
const writes: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
const itemRequests: ReadonlySet<string> = new Set([...writes, 'GetItem', 'BatchGetItem', 'Query', 'Scan']);

const rate = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)));
const regionChanges = v.strictObject({
  indexStalled: v.optional(v.boolean()),
  indexDelayMs: v.optional(v.pipe(v.number(), v.minValue(0), v.finite())),
  writeConflictRate: rate,
  loseAnswerRate: rate,
  throttleRate: rate,
  unavailable: v.optional(v.boolean()),
});

/** Checks foreign input, e.g. the body of a control request. Throws with a sentence. */
export function parseFaultChanges(regions: readonly string[], input: unknown): FaultChanges {
  const schema = v.strictObject(Object.fromEntries(regions.map((region) => [region, v.optional(regionChanges)])));
  const parsed = v.safeParse(schema, input);
  if (!parsed.success) throw new RangeError(`these faults cannot be injected: ${v.summarize(parsed.issues)}`);
  const given = Object.entries(parsed.output).filter(([, changes]) => changes !== undefined);
  return Object.fromEntries(given) as FaultChanges;
}

export interface FaultsOptions {
  readonly regions: readonly string[];
  /** A number in [0, 1), seeded where a run must be repeatable. */
  readonly random: () => number;
  /** Called after every change. */
  readonly changed: () => void;
}

export function createFaults({ regions, random, changed }: FaultsOptions): InjectedFaults {
  const current = new Map<string, RegionFaults>(regions.map((region) => [region, none]));
  const of = (region: string): RegionFaults => {
    const faults = current.get(region);
    if (faults === undefined) throw new Error(`${region} is not a region of this table`);
    return faults;
  };
  /** The random source is asked only when a fault is on, so that a seeded run does not depend on quiet traffic. */
  const strikes = (share: number): boolean => share > 0 && random() < share;
  return {
    of,
    get: () => Object.fromEntries(current),
    set(changes) {
      const checked = parseFaultChanges(regions, changes);
      for (const [region, change] of Object.entries(checked)) current.set(region, { ...of(region), ...change });
      changed();
    },
    clear() {
      for (const region of regions) current.set(region, none);
      changed();
    },
    refusalFor(region, operation) {
      const faults = of(region);
      if (faults.unavailable) return refusal('InternalServerError', 'The request could not be processed (injected).', 500);
      if (itemRequests.has(operation) && strikes(faults.throttleRate)) {
        return refusal('ProvisionedThroughputExceededException', 'The request rate is too high (injected).');
      }
      return writes.has(operation) && strikes(faults.writeConflictRate) ? writeConflict() : undefined;
    },
    losesAnswer: (region, operation) => writes.has(operation) && strikes(of(region).loseAnswerRate),
  };
}
