// The promises of the Metrics port: counts add up, a gauge tells its last value, and nothing ever throws.
import { assert } from '../../support/assert.ts';
import type { MetricName, Metrics } from '../metrics.ts';
import type { ContractCase } from './contract.ts';
import { casesOf } from './with-fixture.ts';

export interface MetricsFixture {
  readonly metrics: Metrics;
  /** The sum of all that was counted under a name; undefined when nothing was. */
  readonly counted: (name: MetricName) => Promise<number | undefined>;
  /** The last value of a gauge; undefined when there is none. */
  readonly gauged: (name: MetricName) => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

const cases: Readonly<Record<string, (fixture: MetricsFixture) => Promise<void>>> = {
  'a thing counted once, and once as three -> four': async ({ metrics, counted }) => {
    metrics.count('PaymentProcessed');
    metrics.count('PaymentProcessed', 3);
    assert((await counted('PaymentProcessed')) === 4, 'counts add up');
  },
  'two names -> counted apart': async ({ metrics, counted }) => {
    metrics.count('Confirmed', 2);
    metrics.count('HintLost');
    assert((await counted('Confirmed')) === 2 && (await counted('HintLost')) === 1, 'one name does not count for another');
    assert((await counted('ProcessingError')) === undefined, 'what was never counted is not reported');
  },
  'a gauge read three times -> its last value, zero too': async ({ metrics, gauged }) => {
    for (const value of [40, 12.5, 0]) metrics.gauge('OldestUnpostedAge', value, 'Milliseconds');
    assert((await gauged('OldestUnpostedAge')) === 0, 'the last value is told');
  },
  'a value that is no number -> nothing throws, and others are still reported': async ({ metrics, counted }) => {
    metrics.gauge('OldestUnpostedAge', Number.NaN, 'Milliseconds');
    metrics.count('Confirmed', Number.POSITIVE_INFINITY);
    metrics.count('HintLost', 5);
    assert((await counted('HintLost')) === 5, 'the good value counts');
  },
};

export const metricsContract = (make: () => Promise<MetricsFixture>): readonly ContractCase[] => casesOf(make, cases);
