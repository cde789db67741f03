// The limit of each merchant: a usage plan with the fixed set of keys by which the gateway counts. Merchants come and go
// without a control plane being asked; the authorizer names one of these keys for each of them.
// Invariant: the set is the manifest's, under the name that the authorizer is given: it never names a key that the plan
// does not hold.
import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { merchantLimit, usageKeysOf } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { STAGE } from '../constructs/api.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { ServiceStack } from './service.stack.ts';

export class UsageStack extends RegionStack<Region> {
  constructor(scope: Construct, place: Place<Region>, { restApi }: ServiceStack) {
    super(scope, 'usage', place);
    const plan = new apigateway.CfnUsagePlan(this, 'Plan', {
      usagePlanName: this.names.of('merchants'), apiStages: [{ apiId: restApi.restApiId, stage: STAGE }],
      throttle: { rateLimit: merchantLimit.perSecond, burstLimit: merchantLimit.burst },
    });
    for (const [i, value] of usageKeysOf(this.names.of('merchants')).entries()) {
      const key = new apigateway.CfnApiKey(this, `Key${i}`, { name: this.names.of(`merchants-${i}`), value, enabled: true });
      new apigateway.CfnUsagePlanKey(this, `KeyOfPlan${i}`, { keyId: key.ref, keyType: 'API_KEY', usagePlanId: plan.ref });
    }
  }
}
