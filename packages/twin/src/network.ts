/**
 * Every link of the twin by name, and the faults people may impose on them.
 * Invariant: no part reaches another except through a link made here, so a region that is isolated is isolated.
 */
import { peerOf, primaryRegion, regions, witnessRegion } from '@understudy/core';
import type { Region, Vantage } from '@understudy/core';
import { services } from '@understudy/console/contract';
import type { LinkOrder, Service } from '@understudy/console/contract';
import type { LinkEffect } from './switchboard/effects.ts';
import { Switchboard } from './switchboard/switchboard.ts';
import type { LinkName, LinkState } from './switchboard/switchboard.ts';

export { services };
export type { Service };
export type LinkService = Exclude<Service, 'index'>;

export const linkNames = {
  api: (region: Region) => `api.${region}`,
  resolver: (region: Region) => `resolver.${region}`,
  dynamodb: (region: Region) => `dynamodb.${region}`,
  dynamodbPeer: (region: Region) => `dynamodb-peer.${region}`,
  witnessDynamodb: (endpoint: Region) => `dynamodb.${witnessRegion}.${endpoint}`,
  sqs: (from: Region, to: Region) => `sqs.${from}.${to}`,
  ledger: (from: Region, to: Region) => `ledger.${from}.${to}`,
  sns: (vantage: Vantage) => `sns.${vantage}`,
  states: (region: Region) => `states.${region}`,
  rds: (region: Region) => `rds.${region}`,
  acquirer: (region: Region) => `acquirer.${region}`,
  replication: (standby: Region) => `replication.${standby}`,
  /** What `from` wrote to its copies of the eventually consistent tables, on its way to the other region's. */
  sessionsReplication: (from: Region) => `sessions-replication.${from}`,
  bucket: (from: Region, to: Region) => `bucket.${from}.${to}`,
  /** What was put into the bucket of `from`, on its way to the other region's. */
  bucketReplication: (from: Region) => `bucket-replication.${from}`,
  probe: (from: string, to: Region) => `probe.${from}.${to}`,
  operator: (service: 'dynamodb' | 'sqs' | 'ledger', to: Region) => `operator.${service}.${to}`,
} as const;

const table = 'global-table';
const operator = 'operator';

const linksOf = (region: Region): readonly LinkName[] => {
  const peer = peerOf(region);
  return [
    { name: linkNames.resolver(region), from: 'dns', to: region },
    { name: linkNames.dynamodb(region), from: region, to: table },
    // Through the other region's endpoint, which is lost with it.
    { name: linkNames.dynamodbPeer(region), from: region, to: peer },
    { name: linkNames.sessionsReplication(region), from: region, to: peer },
    { name: linkNames.sqs(region, region), from: region, to: region },
    { name: linkNames.sqs(region, peer), from: region, to: peer },
    { name: linkNames.ledger(region, region), from: region, to: region },
    { name: linkNames.ledger(region, peer), from: region, to: peer },
    { name: linkNames.bucket(region, region), from: region, to: region },
    { name: linkNames.bucket(region, peer), from: region, to: peer },
    { name: linkNames.bucketReplication(region), from: region, to: peer },
    { name: linkNames.sns(region), from: region, to: region },
    { name: linkNames.states(region), from: region, to: region },
    { name: linkNames.rds(region), from: region, to: 'rds' },
    { name: linkNames.acquirer(region), from: region, to: 'acquirer' },
    { name: linkNames.replication(region), from: region, to: peer },
    { name: linkNames.probe(region, peer), from: region, to: peer },
    { name: linkNames.probe(witnessRegion, region), from: witnessRegion, to: region },
    { name: linkNames.witnessDynamodb(region), from: witnessRegion, to: table },
    // An operator stands outside both regions, and asks for each region's own endpoint by its name.
    { name: linkNames.operator('dynamodb', region), from: operator, to: region },
    { name: linkNames.operator('sqs', region), from: operator, to: region },
    { name: linkNames.operator('ledger', region), from: operator, to: region },
  ];
};

/** What a broken service means on the network, as seen from `region`. */
const linkOfService = (service: LinkService, region: Region): readonly string[] =>
  ({
    dynamodb: [linkNames.dynamodb(region)],
    'dynamodb-peer': [linkNames.dynamodbPeer(region)],
    sqs: [linkNames.sqs(region, region)],
    ledger: [linkNames.ledger(region, region)],
    acquirer: [linkNames.acquirer(region)],
    replication: [linkNames.replication(region), linkNames.replication(peerOf(region))],
    'sessions-replication': [linkNames.sessionsReplication(region)],
    bucket: [linkNames.bucket(region, region)],
    'bucket-replication': [linkNames.bucketReplication(region)],
  })[service];

/** Where the API of a region answers, given the base port. */
export const apiPortOf = (basePort: number, region: Region): number => basePort + (region === primaryRegion ? 11 : 12);

export class Network {
  readonly #switchboard = new Switchboard();
  readonly #ports = new Map<string, number>();

  /** Opens every link; `basePort` gives the public ones. */
  async open(basePort: number): Promise<void> {
    const witnessSns = linkNames.sns(witnessRegion);
    this.#ports.set(witnessSns, await this.#switchboard.open({ name: witnessSns, from: witnessRegion, to: witnessRegion }));
    for (const region of regions) {
      const name = linkNames.api(region);
      this.#ports.set(name, await this.#switchboard.open({ name, from: 'clients', to: region, port: apiPortOf(basePort, region), lazy: true }));
      for (const link of linksOf(region)) this.#ports.set(link.name, await this.#switchboard.open(link));
    }
  }

  /** The port at which whoever stands at the near end of the link finds the far end. */
  port(name: string): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`there is no link ${name}`);
    return port;
  }

  aim(name: string, port: number | null): void {
    this.#switchboard.aim(name, port);
  }

  /** Everything that leads into a region's own process. */
  aimRegion(region: Region, ports: { readonly api: number | null; readonly sqs: number | null; readonly s3: number | null; readonly sns: number | null; readonly states: number | null }): void {
    for (const name of [linkNames.api(region), linkNames.resolver(region), linkNames.probe(peerOf(region), region), linkNames.probe(witnessRegion, region)]) this.aim(name, ports.api);
    for (const from of regions) this.aim(linkNames.sqs(from, region), ports.sqs);
    this.aim(linkNames.operator('sqs', region), ports.sqs);
    for (const from of regions) this.aim(linkNames.bucket(from, region), ports.s3);
    this.aim(linkNames.bucketReplication(peerOf(region)), ports.s3);
    this.aim(linkNames.sns(region), ports.sns);
    this.aim(linkNames.states(region), ports.states);
  }

  aimLedger(region: Region, port: number | null): void {
    for (const from of regions) this.aim(linkNames.ledger(from, region), port);
    this.aim(linkNames.operator('ledger', region), port);
    this.aim(linkNames.replication(peerOf(region)), port);
  }

  /** What the database service keeps in a region is unreachable while the region is lost, and so is what leaves it. */
  loseTables(region: Region): void {
    const lost = [linkNames.dynamodbPeer(peerOf(region)), linkNames.witnessDynamodb(region), ...regions.map(linkNames.sessionsReplication)];
    this.#switchboard.impose(`lost.${region}`, { select: (link) => lost.includes(link.name), effect: { kind: 'cut' } });
  }

  regainTables(region: Region): void {
    this.#switchboard.lift(`lost.${region}`);
  }

  /** Cuts every link that crosses the region's border; what runs inside goes on. */
  isolate(region: Region): void {
    this.#switchboard.impose(`isolate.${region}`, { select: (link) => (link.from === region) !== (link.to === region), effect: { kind: 'cut' } });
  }

  rejoin(region: Region): void {
    this.#switchboard.lift(`isolate.${region}`);
  }

  /** Several effects on one service add up; none heals it. */
  breakService(region: Region, service: LinkService, effects: readonly LinkEffect[]): void {
    const names = linkOfService(service, region);
    for (const kind of ['cut', 'delay', 'drop'] as const) {
      const effect = effects.find((candidate) => candidate.kind === kind);
      const faultId = `service.${region}.${service}.${kind}`;
      if (effect) this.#switchboard.impose(faultId, { select: (link) => names.includes(link.name), effect });
      else this.#switchboard.lift(faultId);
    }
  }

  /** As ordered of this one link; faults of its region or service stay what they are. False: there is no such link. */
  breakLink(name: string, { cut = false, delayMs = 0 }: LinkOrder): boolean {
    if (!this.#ports.has(name)) return false;
    const impose = (kind: LinkEffect['kind'], effect: LinkEffect | undefined): void => {
      const faultId = `link.${name}.${kind}`;
      if (effect) this.#switchboard.impose(faultId, { select: (link) => link.name === name, effect });
      else this.#switchboard.lift(faultId);
    };
    impose('cut', cut ? { kind: 'cut' } : undefined);
    impose('delay', delayMs > 0 ? { kind: 'delay', delayMs } : undefined);
    return true;
  }

  /** Whether a fault is in force on this link. */
  isFaulty(name: string): boolean {
    return this.links().some((link) => link.name === name && link.effects.length > 0);
  }

  links(): readonly LinkState[] {
    return this.#switchboard.links();
  }

  close(): Promise<void> {
    return this.#switchboard.close();
  }
}
