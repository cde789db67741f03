// What each variable of a function holds on AWS, from names and from values that this region's own stacks know.
// Invariant: a variable that is not known here stops the synthesis; one that is left out on AWS says so.
import { regions } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { LEDGER_DATABASE, LEDGER_OWNER, LEDGER_PORT } from '../ledger-names.ts';
import type { Names } from '../names.ts';
import type { Place } from '../stacks/region-stack.ts';

export interface EnvironmentContext {
  readonly place: Place;
  readonly names: Names;
  /** Both ledgers' addresses as this region knows them; not where no ledger is used. */
  readonly ledgers?: Readonly<Record<Region, { readonly writerHost: string; readonly readerHost: string }>>;
  /** Both APIs' hosts, for those that look at them. */
  readonly apiHosts?: Readonly<Record<Region, string>>;
}

type ValueOf = (context: EnvironmentContext) => string | undefined;

const each = <T>(value: (region: Region) => T): string => JSON.stringify(Object.fromEntries(regions.map((region) => [region, value(region)])));

/** AWS's own addresses are used. */
const leftOut: ValueOf = () => undefined;

/**
 * Read when the stack is deployed, so that a function that starts amid an outage needs no other service for it. CloudFormation
 * reads it only for a function that changes, and another value in the secret changes no template: its version's id does.
 */
function acquirerOf({ names, place: { deployment: { acquirer } } }: EnvironmentContext, mode: 'live' | 'test'): { readonly url: string; readonly apiKey: string } {
  const { keysVersion } = acquirer;
  return { url: acquirer[mode], apiKey: `{{resolve:secretsmanager:${names.of('acquirer-keys')}:SecretString:${mode}${keysVersion === undefined ? '' : `::${keysVersion}`}}}` };
}

const json = (value: Readonly<Record<string, unknown>>): string | undefined => (Object.keys(value).length === 0 ? undefined : JSON.stringify(value));

const values: Readonly<Record<string, ValueOf>> = {
  REGION: ({ place }) => place.region,
  JOURNAL_TABLE: ({ names }) => names.of('journal'),
  SESSIONS_TABLE: ({ names }) => names.of('sessions'),
  SIGNING_KEYS: ({ names, place }) => JSON.stringify({ secretArn: names.arn('secretsmanager', place.region, `secret:${names.of('signing-keys')}`) }),
  DYNAMODB_ENDPOINT: leftOut,
  DYNAMODB_PEER_ENDPOINT: leftOut,
  SNS_ENDPOINT: leftOut,
  RDS_ENDPOINT: leftOut,
  STATES_ENDPOINT: leftOut,
  // Public addresses only, which is what is left out.
  WEBHOOK_TARGETS: leftOut,
  QUEUES: ({ names }) => each((region) => ({ url: names.queueUrl('payments', region) })),
  LEDGERS: ({ names, ledgers }) => {
    if (!ledgers) throw new Error('LEDGERS is not known in a region without a ledger');
    return each((region) => ({ host: ledgers[region].writerHost, readerHost: ledgers[region].readerHost, port: LEDGER_PORT, user: names.ledgerRole(), database: LEDGER_DATABASE, ssl: true, iam: true }));
  },
  LEDGER_OWNER: ({ names, place }) => JSON.stringify({ user: LEDGER_OWNER, passwordSecret: names.arn('secretsmanager', place.region, `secret:${names.of('ledger-owner')}`), serviceRole: names.ledgerRole() }),
  ACQUIRERS: (context) => JSON.stringify({ live: acquirerOf(context, 'live'), test: acquirerOf(context, 'test') }),
  DEAD_DELIVERIES_QUEUE: ({ names, place }) => JSON.stringify({ url: `https://sqs.${place.region}.amazonaws.com/${place.deployment.account}/${names.of('notices-dead')}` }),
  BUCKETS: ({ names }) => each((region) => ({ name: names.bucket('receipts', region) })),
  ALERTS_TOPIC_ARN: ({ names, place }) => names.topic('alerts', place.region),
  TRANSACTIONS_TOPIC_ARN: ({ names, place }) => names.topic('transactions', place.region),
  GLOBAL_CLUSTER_ID: ({ names }) => names.of('ledger'),
  CLUSTER_ARNS: ({ names }) => each((region) => names.cluster(region)),
  MOVE_STATE_MACHINE_ARN: ({ names, place }) => names.stateMachine('move', place.region),
  PROBE_URLS: ({ apiHosts }) => {
    if (!apiHosts) throw new Error('PROBE_URLS is known only to those that look at the APIs');
    return each((region) => `https://${apiHosts[region]}/prod`);
  },
  PAYMENT_POLICY: ({ place }) => json(place.deployment.paymentPolicy),
  TIMINGS: ({ place }) => json(place.deployment.timings),
  USAGE_SET: ({ names }) => names.of('merchants'),
  FAILOVER_POLICY: ({ place }) => place.deployment.failoverPolicy,
};

export const knownVariables: readonly string[] = Object.keys(values);

/** The authorities that sign the database service's certificates, where Lambda's Node keeps them. */
const LEDGER_AUTHORITIES = { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' } as const;

/** Throws when a variable is not known here. */
export function environmentOf(names: readonly string[], context: EnvironmentContext): Readonly<Record<string, string>> {
  const pairs = names.flatMap((name): [string, string][] => {
    const valueOf = values[name];
    if (!valueOf) throw new Error(`the variable ${name} has no value on AWS yet; say in environment.ts what it holds`);
    const value = valueOf(context);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(pairs), ...(names.includes('LEDGERS') ? LEDGER_AUTHORITIES : {}) };
}

