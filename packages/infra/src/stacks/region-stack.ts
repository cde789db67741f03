// What all stacks of an environment have in common: one region, names that end in the suffix, the tags, and zones that
// are known without asking the account.
import { Fn, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { peerOf } from '@understudy/functions/manifest';
import type { Region, Vantage } from '@understudy/functions/manifest';
import type { Deployment } from '../config/config.ts';
import { Names } from '../names.ts';

/** Where something is deployed, and how. */
export interface Place<R extends Vantage = Vantage> {
  readonly deployment: Deployment;
  readonly region: R;
}

const ZONES = 3;

export class RegionStack<R extends Vantage = Vantage> extends Stack {
  readonly place: Place<R>;
  readonly names: Names;

  /** `purpose` is one word for the capability: it names the stack and stands in its tags. */
  constructor(scope: Construct, purpose: string, place: Place<R>) {
    const names = new Names(place.deployment);
    super(scope, `${purpose}-${place.region}`, {
      env: { account: place.deployment.account, region: place.region },
      stackName: names.inAccount(purpose, place.region),
      description: `Understudy ${place.deployment.environmentSuffix}: ${purpose} in ${place.region}`,
      terminationProtection: place.deployment.production,
    });
    this.place = place;
    this.names = names;
    Tags.of(this).add('Environment', place.deployment.environmentSuffix);
    Tags.of(this).add('Region', place.region);
    Tags.of(this).add('Purpose', purpose);
  }

  /** By position: naming them would take a look-up in the account, or tie the template to one account's zones. */
  override get availabilityZones(): string[] {
    return Array.from({ length: ZONES }, (_, i) => Fn.select(i, Fn.getAzs(this.region)));
  }

  get deployment(): Deployment {
    return this.place.deployment;
  }
}

/** A value that another stack of another region leaves among its outputs. Only for stacks that link regions. */
export const outputOf = (stack: RegionStack, output: string): string => Fn.getStackOutput(stack.stackName, output, stack.place.region);

export const otherRegion = (place: Place<Region>): Region => peerOf(place.region);
