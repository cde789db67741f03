// What becomes of data when its stack goes: that of a disposable environment goes with it, that of production stays.
import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';

export const keepInProduction = (resource: CfnResource, production: boolean): void =>
  resource.applyRemovalPolicy(production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY, { applyToUpdateReplacePolicy: true });
