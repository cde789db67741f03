// The regional addresses of both APIs, left in this region's parameters for its detector. API Gateway makes these
// addresses up, so they are known only once both APIs are there.
// Invariant: as for the links: only this stack reads another region, and only while it is deployed.
import { aws_ssm as ssm } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { regions } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import type { Names } from '../names.ts';
import { outputOf, RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import { API_HOST } from './service.stack.ts';
import type { ServiceStack } from './service.stack.ts';

export const apiHostParameter = (names: Names, of: Region): string => names.parameter(`api/${of}`);

export class AddressesStack extends RegionStack {
  constructor(scope: Construct, place: Place, services: Readonly<Record<Region, ServiceStack>>) {
    super(scope, 'addresses', place);
    for (const region of regions) {
      new ssm.CfnParameter(this, `Api-${region}`, { name: apiHostParameter(this.names, region), type: 'String', value: outputOf(services[region], API_HOST), description: `the API of ${region} itself` });
    }
  }
}
