// How long a lost region is felt on AWS, by Monte Carlo over published timings: a pure function from a configuration
// and a seed. It models what AWS publishes and what this deployment waits for; it is no measurement, and each timing
// that is not published says so.
import { Dice } from '../scheduler/dice.ts';

/** From the least to the most, each as likely as the other. */
export interface Range {
  readonly minS: number;
  readonly maxS: number;
}

export interface RtoConfiguration {
  /** Route 53 health check: 10 or 30. */
  readonly healthIntervalS: 10 | 30;
  readonly healthFailures: number;
  readonly dnsTtlS: number;
  /** The detector of each of two vantages: how often it looks, how many looks in a row must fail, and how long they must have lasted. */
  readonly detectIntervalS: number;
  readonly detectFailures: number;
  readonly dwellS: number;
  /** How long a person takes to approve; none when the move is automatic. */
  readonly approvalS?: Range;
}

/** Sources: docs/simulation.md. */
export const awsTimings: Readonly<Record<'healthTimeoutS' | 'healthPropagationS' | 'promotionS' | 'stepS', Range>> = {
  /** A check connects within 4 s and answers within 2 s, or has failed. */
  healthTimeoutS: { minS: 0, maxS: 6 },
  /** From the health checkers to the name servers: not published; between what is observed. */
  healthPropagationS: { minS: 5, maxS: 10 },
  /** Aurora Global Database: "within a few minutes"; "typically a minute" at the launch of managed failover. No objective is guaranteed. */
  promotionS: { minS: 60, maxS: 300 },
  /** Claiming the epoch, raising the fence, opening: a few conditional writes and transactions, and the orchestrator's waits between. Not published. */
  stepS: { minS: 2, maxS: 10 },
};

/** The defaults of the deployment and of the detector. */
export const defaultRtoConfiguration: RtoConfiguration = { healthIntervalS: 10, healthFailures: 3, dnsTtlS: 10, detectIntervalS: 10, detectFailures: 3, dwellS: 60 };

export interface Quantiles {
  readonly medianS: number;
  readonly p95S: number;
  readonly p99S: number;
}

export interface Rto {
  /** Until a client that has only DNS is accepted again. */
  readonly acceptance: Quantiles;
  /** Until the surviving region settles. */
  readonly settlement: Quantiles;
}

const RUNS_DEFAULT = 10_000;
const MILLI = 1000;

/** The same configuration, seed and number of runs give the same figures. */
export function simulateRto(configuration: RtoConfiguration, { seed = 1, runs = RUNS_DEFAULT }: { readonly seed?: number; readonly runs?: number } = {}): Rto {
  const dice = new Dice(seed);
  const within = ({ minS, maxS }: Range): number => minS + (dice.integer(MILLI + 1) / MILLI) * (maxS - minS);
  const upTo = (maxS: number): number => within({ minS: 0, maxS });
  const lives = Array.from({ length: runs }, () => {
    const { healthIntervalS, healthFailures, dnsTtlS, detectIntervalS, detectFailures, dwellS, approvalS } = configuration;
    // The region is lost somewhere between two looks; the first to fail is the next.
    const noticed = upTo(healthIntervalS) + (healthFailures - 1) * healthIntervalS + within(awsTimings.healthTimeoutS);
    const accepts = noticed + within(awsTimings.healthPropagationS) + upTo(dnsTtlS);
    // From the first failed look on: enough of them, and long enough. Two vantages must agree, so the later one counts.
    const looksOn = Math.max(detectFailures - 1, Math.ceil(dwellS / detectIntervalS)) * detectIntervalS;
    const suspected = Math.max(upTo(detectIntervalS), upTo(detectIntervalS)) + looksOn + (approvalS ? within(approvalS) : 0);
    return { accepts, settles: suspected + within(awsTimings.stepS) + within(awsTimings.promotionS) };
  });
  return { acceptance: quantiles(lives.map(({ accepts }) => accepts)), settlement: quantiles(lives.map(({ settles }) => settles)) };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { medianS: at(0.5), p95S: at(0.95), p99S: at(0.99) };
}
