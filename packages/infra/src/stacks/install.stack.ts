// The step of each deployment that makes a region's ledger and the shared table ready for the service: migrations, the
// service's database role, the first epoch record. Both regions have it; the one whose ledger is a standby has nothing
// to do. It comes after the links and before the service, so that no function meets a schema older than itself.
import { Duration, triggers } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { functions } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { FunctionsContext } from '../constructs/service-function.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

export class InstallStack extends RegionStack<Region> {
  constructor(scope: Construct, place: Place<Region>, context: FunctionsContext) {
    super(scope, 'install', place);
    for (const spec of functions.filter((one) => one.kind === 'deployment')) {
      const deployed = new ServiceFunction(this, { spec, context });
      new triggers.Trigger(deployed, 'AtEachDeployment', {
        handler: deployed.function,
        timeout: Duration.millis(spec.timeoutMs),
        invocationType: triggers.InvocationType.REQUEST_RESPONSE,
      });
    }
  }
}
