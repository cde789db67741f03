// The functions of a region that run by themselves: the beats of those below a minute, the schedules of the others, and
// what comes once a night. Invariant: a scheduled function without an interval stops the synthesis.
import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { everyMs, nightly } from '@understudy/functions/manifest';
import type { FunctionSpec } from '@understudy/functions/manifest';
import { Rhythm, Schedule } from './rhythm.ts';
import { ServiceFunction } from './service-function.ts';
import type { FunctionsContext } from './service-function.ts';

const MINUTE_MS = 60_000;
/** When few payments are made in the United States, and no business day closes. */
const NIGHT = 'cron(30 8 * * ? *)';
/** The least that Lambda allows. */
const BEAT_LIFE: Duration = Duration.seconds(60);

/** One instance each: a pass is never made twice at once. */
export function scheduledFunctions(scope: Construct, specs: readonly FunctionSpec[], context: FunctionsContext): readonly ServiceFunction[] {
  return specs.map((spec) => {
    if (everyMs[spec.name] === undefined) throw new Error(`the function ${spec.name} is scheduled without an interval; say in deployment.ts how often it runs`);
    return new ServiceFunction(scope, { spec, context, reserved: 1 });
  });
}

export interface Called {
  /** Of the workflow that gives the beats below a minute. */
  readonly rhythmName: string;
  readonly functions: readonly ServiceFunction[];
  readonly context: FunctionsContext;
}

/** Calls each of these functions that has an interval at that interval. */
export function callAtIntervals(scope: Construct, { rhythmName, functions, context }: Called): void {
  const beating = new Map<number, ServiceFunction[]>();
  for (const one of functions) {
    const interval = everyMs[one.name];
    if (interval === undefined) continue;
    one.alias.configureAsyncInvoke({ maxEventAge: BEAT_LIFE, retryAttempts: 0 });
    const schedule = { target: one.alias.functionArn, action: 'lambda:InvokeFunction', context } as const;
    if (interval < MINUTE_MS) beating.set(interval, [...(beating.get(interval) ?? []), one]);
    else new Schedule(scope, { ...schedule, name: one.name, expression: rateOf(interval), input: { source: 'schedule' } });
    const input = nightly[one.name];
    if (input) new Schedule(scope, { ...schedule, name: `${one.name}-nightly`, expression: NIGHT, input });
  }
  for (const [interval, together] of beating) new Rhythm(scope, { name: `${rhythmName}-${interval / 1000}s`, everyMs: interval, functions: together, context });
}

const rateOf = (interval: number): string => {
  const minutes = interval / MINUTE_MS;
  if (!Number.isInteger(minutes)) throw new Error(`an interval of ${interval} ms is no whole number of minutes`);
  return `rate(${minutes} minute${minutes === 1 ? '' : 's'})`;
};
