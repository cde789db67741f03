// `understudy plan`: the budget of a lost region, phase by phase, from an environment's configuration and what AWS
// publishes, and the simulator's spread of the whole. It is no measurement.
// Invariant: the phases are those that the simulator adds up, from the same timings.
import { defaultDetectPolicy } from '@understudy/core';
import type { DetectPolicy } from '@understudy/core';
import type { Deployment } from '@understudy/infra';
import { awsTimings, defaultRtoConfiguration, simulateRto } from '@understudy/simulation/rto';
import type { Quantiles, Range, RtoConfiguration } from '@understudy/simulation/rto';
import { readEnvironment } from '../environment-file.ts';
import { exitCodes } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options {
  readonly environment?: string;
  readonly approvalMinutes: number;
  readonly seed: number;
}

export async function plan(_desk: Desk, { environment, approvalMinutes, seed }: Options): Promise<Answer> {
  const deployment = await readEnvironment(environment);
  const configuration = configurationOf(deployment, approvalMinutes);
  const [acceptance, settlement] = [acceptancePhases(configuration), settlementPhases(configuration)];
  const spread = simulateRto(configuration, { seed });
  return {
    exitCode: exitCodes.ok,
    json: { environment: deployment.environmentSuffix, configuration, acceptance: { phases: acceptance, ...spread.acceptance }, settlement: { phases: settlement, ...spread.settlement }, lost: lostSentence(deployment) },
    text: [
      'How long a lost region is felt, in seconds. From the configuration and published timings; it is no measurement.', '',
      tableText(['until clients that have only DNS are accepted again', 'least', 'most'], acceptance.map(rowOf)), spreadText(spread.acceptance),
      ...(deployment.domain ? [] : ['Without a `domain` nothing fails over in DNS: clients that know both names lose about one time-out, others wait for a person.']), '',
      tableText(['until the other region settles', 'least', 'most'], settlement.map(rowOf)), spreadText(spread.settlement), '',
      lostSentence(deployment),
    ].join('\n'),
  };
}

function configurationOf({ dns, timings, failoverPolicy }: Deployment, approvalMinutes: number): RtoConfiguration {
  const detect = { ...defaultDetectPolicy, ...(timings['detect'] as Partial<DetectPolicy> | undefined) };
  return {
    healthIntervalS: dns.healthCheckIntervalS, healthFailures: dns.healthCheckFailures, dnsTtlS: dns.ttlS,
    detectIntervalS: defaultRtoConfiguration.detectIntervalS, detectFailures: detect.failuresMin, dwellS: detect.dwellMs / 1000,
    ...(failoverPolicy === 'approval' && { approvalS: { minS: 0, maxS: approvalMinutes * 60 } }),
  };
}

interface Phase extends Range {
  readonly name: string;
}

const acceptancePhases = ({ healthIntervalS, healthFailures, dnsTtlS }: RtoConfiguration): readonly Phase[] => withSum([
  { name: `${healthFailures} health checks fail, one each ${healthIntervalS} s`, minS: (healthFailures - 1) * healthIntervalS + awsTimings.healthTimeoutS.minS, maxS: healthFailures * healthIntervalS + awsTimings.healthTimeoutS.maxS },
  { name: 'DNS hears of it', ...awsTimings.healthPropagationS },
  { name: 'resolvers forget the old answer', minS: 0, maxS: dnsTtlS },
]);

function settlementPhases({ detectIntervalS, detectFailures, dwellS, approvalS }: RtoConfiguration): readonly Phase[] {
  const looksOnS = Math.max(detectFailures - 1, Math.ceil(dwellS / detectIntervalS)) * detectIntervalS;
  return withSum([
    { name: `two detectors agree: ${detectFailures} looks, one each ${detectIntervalS} s, over ${dwellS} s`, minS: looksOnS, maxS: looksOnS + detectIntervalS },
    ...(approvalS ? [{ name: 'a person approves', ...approvalS }] : []),
    { name: 'the epoch is claimed, the fence raised, settling opened', ...awsTimings.stepS },
    { name: 'the standby ledger is promoted', ...awsTimings.promotionS },
  ]);
}

const withSum = (phases: readonly Phase[]): readonly Phase[] => [
  ...phases, { name: 'together', minS: phases.reduce((sum, { minS }) => sum + minS, 0), maxS: phases.reduce((sum, { maxS }) => sum + maxS, 0) },
];

const rowOf = ({ name, minS, maxS }: Phase): readonly string[] => [name, String(minS), String(maxS)];

const spreadText = ({ medianS, p95S, p99S }: Quantiles): string => `Of 10,000 lost regions that were played: half within ${medianS} s, 95 of 100 within ${p95S} s, 99 within ${p99S} s.`;

const lostSentence = ({ consistency }: Deployment): string =>
  consistency === 'strong'
    ? 'Lost: no acknowledged payment, because each stands in two regions before it is acknowledged. What the ledger had not replicated is restored from the journal.'
    : 'Lost: acknowledged payments that had not been copied to the other region, mostly those of the last seconds and without a bound, because consistency is eventual.';
