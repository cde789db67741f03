// Builds every stack of an environment, in the order in which they are deployed: what both regions stand on first, then
// the standby's service, then the primary's.
// Invariant: the order below is the order of deployment. Only links and addresses read another region's stack.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { App } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { functions, peerOf, primaryRegion, regions, witnessRegion } from '@understudy/functions/manifest';
import type { Region, Vantage } from '@understudy/functions/manifest';
import type { Deployment } from './config/config.ts';
import type { CodeOf, FunctionsContext } from './constructs/service-function.ts';
import { AddressesStack, apiHostParameter } from './stacks/addresses.stack.ts';
import { DataStack } from './stacks/data.stack.ts';
import { DrillStack } from './stacks/drill.stack.ts';
import { FailoverStack } from './stacks/failover.stack.ts';
import { InstallStack } from './stacks/install.stack.ts';
import { KeyStack } from './stacks/key.stack.ts';
import { LedgerStack } from './stacks/ledger.stack.ts';
import { ledgerHostParameters, LinksStack, parameterValue } from './stacks/links.stack.ts';
import type { Linked } from './stacks/links.stack.ts';
import { MessagingStack } from './stacks/messaging.stack.ts';
import { NetworkStack } from './stacks/network.stack.ts';
import type { RegionStack } from './stacks/region-stack.ts';
import { checkKinds, ServiceStack } from './stacks/service.stack.ts';
import { StorageStack } from './stacks/storage.stack.ts';
import { UsageStack } from './stacks/usage.stack.ts';
import { WatchStack } from './stacks/watch.stack.ts';

/** What the CDK recommends to new projects, so that its defaults are those of today. */
const flags = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8')) as Readonly<Record<string, unknown>>;

/** Owns what belongs to no region, and is deployed to first. */
const standbyRegion: Region = peerOf(primaryRegion);

const each = <T>(make: (region: Region) => T, order: readonly Region[] = regions): Readonly<Record<Region, T>> => {
  const made = new Map(order.map((region) => [region, make(region)]));
  const of = (region: Region): T => made.get(region) as T;
  return { 'us-east-1': of('us-east-1'), 'us-east-2': of('us-east-2') };
};

export interface Built {
  readonly app: App;
  /** In the order of deployment. */
  readonly stacks: readonly RegionStack[];
}

export function buildApp(deployment: Deployment, codeOf: CodeOf, props: AppProps = {}): Built {
  checkKinds(functions);
  const app = new App({ analyticsReporting: false, ...props, context: { ...flags, ...props.context } });
  const at = <R extends Vantage>(region: R): { readonly deployment: Deployment; readonly region: R } => ({ deployment, region });
  const stacks: RegionStack[] = [];
  const add = <S extends RegionStack>(stack: S): S => {
    const before = stacks.at(-1);
    if (before) stack.addStackDependency(before, 'the order of deployment');
    stacks.push(stack);
    return stack;
  };

  const original = add(new KeyStack(app, at(standbyRegion)));
  const keyStacks: Readonly<Record<Vantage, KeyStack>> = { [standbyRegion]: original, [primaryRegion]: add(new KeyStack(app, at(primaryRegion), original)), [witnessRegion]: add(new KeyStack(app, at(witnessRegion), original)) } as Readonly<Record<Vantage, KeyStack>>;
  add(new DataStack(app, at(standbyRegion), original));
  for (const region of [standbyRegion, primaryRegion, witnessRegion] as const) add(new MessagingStack(app, at(region), keyStacks[region]));
  // The one to be copied into comes first.
  const storage = each((region) => add(new StorageStack(app, at(region), keyStacks[region])), [standbyRegion, primaryRegion]);
  const networks = each((region) => add(new NetworkStack(app, at(region), keyStacks[region])), [standbyRegion, primaryRegion]);
  // The primary half is made first: the standby is made as its copy.
  const ledgers = each((region) => add(new LedgerStack(app, at(region), { keys: keyStacks[region], network: networks[region] })), [primaryRegion, standbyRegion]);
  const linked = (region: Region, links?: LinksStack): Linked => ({
    keys: keyStacks[region], storage: storage[region], network: networks[region], other: { network: networks[peerOf(region)], ledger: ledgers[peerOf(region)], ...(links ? { links } : {}) },
  });
  const primaryLinks = add(new LinksStack(app, at(primaryRegion), linked(primaryRegion)));
  add(new LinksStack(app, at(standbyRegion), linked(standbyRegion, primaryLinks)));

  const contextOf = (stack: { readonly region: Region }, apiHosts = false): FunctionsContext => {
    const { region } = stack;
    const names = networks[region].names;
    const parameters = ledgerHostParameters(names);
    const own = { writerHost: ledgers[region].writerHost, readerHost: ledgers[region].readerHost };
    const other = { writerHost: parameterValue(parameters.writer), readerHost: parameterValue(parameters.reader) };
    return {
      place: at(region), names, codeOf, keyArn: keyStacks[region].keyArn, keyId: keyStacks[region].keyId,
      network: { vpc: networks[region].vpc, ledgerSecurityGroup: networks[region].ledgerSecurityGroup },
      environment: {
        ledgers: region === 'us-east-1' ? { 'us-east-1': own, 'us-east-2': other } : { 'us-east-1': other, 'us-east-2': own },
        ...(apiHosts ? { apiHosts: each((api) => parameterValue(apiHostParameter(names, api))) } : {}),
      },
    };
  };

  for (const region of [primaryRegion, standbyRegion]) add(new InstallStack(app, at(region), contextOf({ region })));
  const services = each((region) => add(new ServiceStack(app, at(region), contextOf({ region }))), [standbyRegion, primaryRegion]);
  for (const region of [standbyRegion, primaryRegion]) add(new UsageStack(app, at(region), services[region]));
  for (const region of [standbyRegion, primaryRegion, witnessRegion] as const) add(new AddressesStack(app, at(region), services));
  for (const region of [standbyRegion, primaryRegion]) add(new FailoverStack(app, at(region), contextOf({ region }, true)));
  const witnessNames = keyStacks[witnessRegion].names;
  add(new FailoverStack(app, at(witnessRegion), {
    place: at(witnessRegion), names: witnessNames, codeOf, keyArn: keyStacks[witnessRegion].keyArn, keyId: keyStacks[witnessRegion].keyId,
    environment: { apiHosts: each((api) => parameterValue(apiHostParameter(witnessNames, api))) },
  }));
  for (const region of [standbyRegion, primaryRegion, witnessRegion] as const) add(new WatchStack(app, at(region)));
  for (const region of [standbyRegion, primaryRegion]) add(new DrillStack(app, at(region)));
  return { app, stacks };
}
