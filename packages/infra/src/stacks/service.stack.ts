// One region's service: the functions that take, settle, restore and confirm payments, and the API before them.
// Invariant: both regions have the same, whichever is active; what may be done is decided by the epoch at each call.
import { CfnOutput, aws_lambda as lambda } from 'aws-cdk-lib';
import type { aws_apigateway as apigateway } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { functions, queues } from '@understudy/functions/manifest';
import type { FunctionSpec, Region } from '@understudy/functions/manifest';
import { Api, STAGE } from '../constructs/api.ts';
import { callAtIntervals, scheduledFunctions } from '../constructs/scheduled.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { FunctionsContext } from '../constructs/service-function.ts';
import { queueOf } from '../queues.ts';
import { detectors } from './failover.stack.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

export const API_HOST = 'ApiHost';

/** Which stack makes the functions of a kind. */
const kinds: Readonly<Record<string, string>> = { http: 'service', authorizer: 'service', queue: 'service', schedule: 'service', workflow: 'failover', deployment: 'install' };

/** Throws when a function is of a kind that no stack makes. */
export function checkKinds(specs: readonly { readonly name: string; readonly kind: string }[]): void {
  for (const { name, kind } of specs) if (!(kind in kinds)) throw new Error(`the function ${name} is of the kind ${kind}, which no stack makes yet`);
}

export class ServiceStack extends RegionStack<Region> {
  readonly restApi: apigateway.RestApi;

  constructor(scope: Construct, place: Place<Region>, context: FunctionsContext) {
    super(scope, 'service', place);
    const routed = functions.filter((spec) => spec.kind === 'http').map((spec) => ({ spec, deployed: new ServiceFunction(this, { spec, context }) }));
    const fed = functions.filter((spec) => spec.kind === 'queue').map((spec) => this.#takesFromQueue(spec, context));
    const alone = scheduledFunctions(this, functions.filter((spec) => spec.kind === 'schedule' && !detectors.includes(spec.name)), context);
    callAtIntervals(this, { rhythmName: 'service', functions: [...fed, ...alone], context });
    const [authorize] = functions.filter((spec) => spec.kind === 'authorizer').map((spec) => new ServiceFunction(this, { spec, context }));
    const api = new Api(this, { place, names: this.names, keyArn: context.keyArn, functions: routed, authorize });
    this.restApi = api.restApi;
    new CfnOutput(this, API_HOST, { value: api.host });
    new CfnOutput(this, 'ApiUrl', { value: `https://${api.host}/${STAGE}` });
    new CfnOutput(this, 'HealthCheckId', { value: api.healthCheckId });
  }

  #takesFromQueue(spec: FunctionSpec, context: FunctionsContext): ServiceFunction {
    const settings = queues[spec.name];
    if (!settings) throw new Error(`the function ${spec.name} takes from a queue without settings; say in deployment.ts what they are`);
    const { queue } = queueOf(spec.name);
    const deployed = new ServiceFunction(this, { spec, context, queue });
    new lambda.CfnEventSourceMapping(deployed, 'Source', {
      functionName: deployed.alias.functionArn,
      eventSourceArn: this.names.queue(queue, this.place.region),
      batchSize: settings.batchMax,
      maximumBatchingWindowInSeconds: settings.batchWindowMs / 1000,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: this.deployment.concurrency.settleMax },
    });
    return deployed;
  }
}
