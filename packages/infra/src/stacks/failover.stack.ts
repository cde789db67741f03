// What moves the active role: the detector, the function that takes the steps of a move, and the workflow that calls it.
// The same in both regions; the witness region has the detector alone, which looks and votes.
// Invariant: it stands ready and is never changed by a move. It calls the database service's control plane in the
// region that takes over, and no other control plane anywhere.
import { CfnOutput, aws_iam as iam, aws_stepfunctions as states } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { functions, witnessRegion } from '@understudy/functions/manifest';
import { logGroup } from '../constructs/log-group.ts';
import { moveWorkflow } from '../constructs/move-workflow.ts';
import { workflowBasics } from '../constructs/rhythm.ts';
import { callAtIntervals, scheduledFunctions } from '../constructs/scheduled.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { FunctionsContext } from '../constructs/service-function.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

/** The scheduled functions that belong here rather than to the service. */
export const detectors: readonly string[] = functions.filter((spec) => spec.witness !== undefined).map((spec) => spec.name);

export class FailoverStack extends RegionStack {
  constructor(scope: Construct, place: Place, context: FunctionsContext) {
    super(scope, 'failover', place);
    callAtIntervals(this, { rhythmName: 'detect', functions: scheduledFunctions(this, functions.filter((spec) => detectors.includes(spec.name)), context), context });
    if (place.region !== witnessRegion) for (const spec of functions.filter((one) => one.kind === 'workflow')) this.#workflow(new ServiceFunction(this, { spec, context }), context);
  }

  #workflow(orchestrate: ServiceFunction, { keyArn }: FunctionsContext): void {
    const { names, place, deployment } = this;
    const role = new iam.Role(this, 'MoveRole', {
      roleName: names.inAccount('move', place.region), assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: { Rights: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [orchestrate.alias.functionArn] }), ...workflowBasics(deployment.tracing !== 'off')] }) },
    });
    const log = logGroup(this, 'MoveLog', { name: `/aws/vendedlogs/states/${names.of('move')}`, days: deployment.logDays, keyArn, production: deployment.production });
    const machine = new states.CfnStateMachine(this, 'Move', {
      stateMachineName: names.of('move'), stateMachineType: 'STANDARD', roleArn: role.roleArn, definition: moveWorkflow(orchestrate.alias.functionArn),
      loggingConfiguration: { level: 'ALL', includeExecutionData: true, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.attrArn } }] },
      tracingConfiguration: { enabled: deployment.tracing !== 'off' },
    });
    machine.node.addDependency(role);
    new CfnOutput(this, 'MoveStateMachine', { value: machine.attrArn });
  }
}
