// Calls functions at an interval. EventBridge's schedules know no interval below a minute, so a small express workflow is
// started each minute and calls its functions at every beat within it; waiting costs a workflow next to nothing, and
// would cost a function its memory.
// Invariant: one call of a function at a time, because it has one instance reserved; a beat that meets a running one is
// tried for a minute and then lost. A beat that cannot be given does not stop the next.
import { aws_iam as iam, aws_scheduler as scheduler, aws_stepfunctions as states } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { logGroup } from './log-group.ts';
import type { FunctionsContext, ServiceFunction } from './service-function.ts';

const MINUTE_S = 60;

export interface RhythmProps {
  readonly name: string;
  readonly everyMs: number;
  readonly functions: readonly ServiceFunction[];
  readonly context: FunctionsContext;
}

/** The workflow of one minute, as Step Functions reads it. */
export function minuteOf(everyMs: number, functionArns: readonly string[]): object {
  const everyS = everyMs / 1000;
  if (!Number.isInteger(everyS) || MINUTE_S % everyS !== 0) throw new Error(`an interval of ${everyMs} ms does not divide a minute into whole seconds`);
  const call = (FunctionName: string): object => ({
    StartAt: 'Call',
    States: {
      Call: {
        Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true,
        Arguments: { FunctionName, InvocationType: 'Event', Payload: { source: 'schedule' } },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Lost' }],
      },
      Lost: { Type: 'Pass', End: true },
    },
  });
  return {
    Comment: `Beats of ${everyS} s within one minute`,
    QueryLanguage: 'JSONata',
    StartAt: 'Beats',
    States: {
      Beats: {
        Type: 'Map', Items: Array.from({ length: MINUTE_S / everyS }, (_, i) => i * everyS), End: true,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Wait',
          States: { Wait: { Type: 'Wait', Seconds: '{% $states.input %}', Next: 'Beat' }, Beat: { Type: 'Parallel', Branches: functionArns.map(call), End: true } },
        },
      },
    },
  };
}

export class Rhythm extends Construct {
  constructor(scope: Construct, { name, everyMs, functions, context }: RhythmProps) {
    super(scope, `rhythm-${name}`);
    const { names, place, keyArn } = context;
    const arns = functions.map((one) => one.alias.functionArn);
    const role = new iam.Role(this, 'Role', {
      roleName: names.inAccount(`${name}-rhythm`, place.region), assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: { Rights: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: arns }), ...workflowBasics(place.deployment.tracing !== 'off')] }) },
    });
    const log = logGroup(this, 'Log', { name: `/aws/vendedlogs/states/${names.of(`${name}-rhythm`)}`, days: place.deployment.logDays, keyArn, production: place.deployment.production });
    const machine = new states.CfnStateMachine(this, 'Minute', {
      stateMachineName: names.of(`${name}-rhythm`), stateMachineType: 'EXPRESS', roleArn: role.roleArn, definition: minuteOf(everyMs, arns),
      loggingConfiguration: { level: 'ERROR', includeExecutionData: false, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.attrArn } }] },
      tracingConfiguration: { enabled: false },
    });
    new Schedule(this, { name: `${name}-rhythm`, expression: 'rate(1 minute)', target: machine.attrArn, action: 'states:StartExecution', input: {}, context });
  }
}

/** What any workflow needs to write its log; these know no resources. */
export const workflowBasics = (traced: boolean): iam.PolicyStatement[] => [
  new iam.PolicyStatement({
    sid: 'Log', resources: ['*'],
    actions: ['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery', 'logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'],
  }),
  ...(traced ? [new iam.PolicyStatement({ sid: 'Trace', resources: ['*'], actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'] })] : []),
];

export interface ScheduleProps {
  readonly name: string;
  /** As EventBridge Scheduler writes it. */
  readonly expression: string;
  readonly target: string;
  readonly action: 'states:StartExecution' | 'lambda:InvokeFunction';
  readonly input: Readonly<Record<string, unknown>>;
  readonly context: FunctionsContext;
}

export class Schedule extends Construct {
  constructor(scope: Construct, { name, expression, target, action, input, context }: ScheduleProps) {
    super(scope, `schedule-${name}`);
    const { names, place } = context;
    // A schedule's input is encrypted like everything else, and read with its role.
    const decrypt = new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [context.keyArn], conditions: { StringEquals: { 'kms:ViaService': `scheduler.${place.region}.amazonaws.com` } } });
    const role = new iam.Role(this, 'Role', {
      roleName: names.inAccount(`${name}-schedule`, place.region), assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': place.deployment.account } } }),
      inlinePolicies: { Rights: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: [action], resources: [target] }), decrypt] }) },
    });
    new scheduler.CfnSchedule(this, 'Schedule', {
      name: names.of(name), scheduleExpression: expression, flexibleTimeWindow: { mode: 'OFF' }, kmsKeyArn: context.keyArn,
      target: { arn: target, roleArn: role.roleArn, input: JSON.stringify(input), retryPolicy: { maximumEventAgeInSeconds: MINUTE_S, maximumRetryAttempts: 1 } },
    });
  }
}
