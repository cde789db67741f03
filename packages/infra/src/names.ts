// What everything is called. Names are made from the environment's suffix alone, so that one region can name what the
// other holds without asking it, and so that no template has to read another region's stack.
// Invariant: every physical name ends in the suffix; only names of global services carry an account or a region too.
import type { Region, Vantage } from '@understudy/functions/manifest';
import type { Deployment } from './config/config.ts';

export class Names {
  readonly #deployment: Pick<Deployment, 'environmentSuffix' | 'account'>;

  constructor(deployment: Pick<Deployment, 'environmentSuffix' | 'account'>) {
    this.#deployment = deployment;
  }

  get suffix(): string {
    return this.#deployment.environmentSuffix;
  }

  /** A name within one region. */
  of(thing: string): string {
    return `understudy-${thing}-${this.suffix}`;
  }

  /** A name within an account, such as a role's. */
  inAccount(thing: string, region: Vantage): string {
    return `understudy-${thing}-${region}-${this.suffix}`;
  }

  /** Names of buckets are shared by all accounts of the world. */
  bucket(thing: string, region: Region): string {
    return `understudy-${thing}-${this.#deployment.account}-${region}-${this.suffix}`;
  }

  arn(service: string, region: Vantage | '', resource: string): string {
    return `arn:aws:${service}:${region}:${this.#deployment.account}:${resource}`;
  }

  table(region: Region): string {
    return this.arn('dynamodb', region, `table/${this.of('journal')}`);
  }

  topic(thing: string, region: Vantage): string {
    return this.arn('sns', region, this.of(thing));
  }

  queue(thing: string, region: Region): string {
    return this.arn('sqs', region, this.of(thing));
  }

  queueUrl(thing: string, region: Region): string {
    return `https://sqs.${region}.amazonaws.com/${this.#deployment.account}/${this.of(thing)}`;
  }

  functionArn(name: string, region: Vantage): string {
    return this.arn('lambda', region, `function:${this.of(name)}`);
  }

  stateMachine(thing: string, region: Vantage): string {
    return this.arn('states', region, `stateMachine:${this.of(thing)}`);
  }

  cluster(region: Region): string {
    return this.arn('rds', region, `cluster:${this.clusterId(region)}`);
  }

  /** The members of a global database need names of their own. */
  clusterId(region: Region): string {
    return this.inAccount('ledger', region);
  }

  globalCluster(): string {
    return this.arn('rds', '', `global-cluster:${this.of('ledger')}`);
  }

  /** Where a stack leaves what its region's other stacks cannot know before. */
  parameter(thing: string): string {
    return `/understudy/${this.suffix}/${thing}`;
  }

  /** Roles of a database know no hyphens. */
  ledgerRole(): string {
    return `understudy_${this.suffix.replaceAll('-', '_')}`;
  }
}
