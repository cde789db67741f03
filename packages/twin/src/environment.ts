/**
 * The environment of the functions: the same names as on AWS, with the twin's links in place of AWS's endpoints.
 * Only the signing keys are a secret: else the twin's parts trust 127.0.0.1.
 */
import { journalTable, sessionsTable } from '@understudy/adapters/dynamodb';
import { peerOf, regions, witnessRegion } from '@understudy/core';
import type { Region } from '@understudy/core';
import { linkNames } from './network.ts';
import type { Network } from './network.ts';
import { alertsTopicName, bucketName, deadLetterQueueName, deadNoticeQueueName, noticeQueueName, queueName, transactionsTopicName } from './region/configuration.ts';
import { globalClusterIdentifier, memberArn } from './stand-ins/rds/index.ts';
import { databaseName, superuser } from './postgres/index.ts';
import type { TwinOptions } from './options.ts';
import type { Timings } from './timings.ts';

const http = (port: number): string => `http://127.0.0.1:${port}`;
const byRegion = <T>(value: (region: Region) => T): Readonly<Record<Region, T>> => ({ 'us-east-1': value('us-east-1'), 'us-east-2': value('us-east-2') });
const credentials = { AWS_ACCESS_KEY_ID: 'twin', AWS_SECRET_ACCESS_KEY: 'twin' } as const;

/** One sandbox plays both, with a record for each. */
const acquirerSides = (port: number) => ({ live: { url: `${http(port)}/live` }, test: { url: http(port) } });

export interface EnvironmentOptions {
  readonly network: Network;
  readonly timings: Timings;
  readonly failoverPolicy: TwinOptions['failoverPolicy'];
  readonly webhookTargets: TwinOptions['webhookTargets'];
  /** For SIGNING_KEYS. */
  readonly signingKeys: string;
}

export function regionEnvironment(region: Region, { network, timings, failoverPolicy, webhookTargets, signingKeys }: EnvironmentOptions): Readonly<Record<string, string>> {
  const port = (name: string) => network.port(name);
  return {
    ...credentials,
    AWS_REGION: region,
    REGION: region,
    JOURNAL_TABLE: journalTable.TableName,
    SESSIONS_TABLE: sessionsTable.TableName,
    SIGNING_KEYS: signingKeys,
    DYNAMODB_ENDPOINT: http(port(linkNames.dynamodb(region))),
    DYNAMODB_PEER_ENDPOINT: http(port(linkNames.dynamodbPeer(region))),
    QUEUES: JSON.stringify(byRegion((to) => ({ url: `${http(port(linkNames.sqs(region, to)))}/000000000000/${queueName}`, endpoint: http(port(linkNames.sqs(region, to))) }))),
    DEAD_DELIVERIES_QUEUE: JSON.stringify({ url: `${http(port(linkNames.sqs(region, region)))}/000000000000/${deadNoticeQueueName}`, endpoint: http(port(linkNames.sqs(region, region))) }),
    WEBHOOK_TARGETS: webhookTargets,
    LEDGERS: JSON.stringify(byRegion((to) => ({ host: '127.0.0.1', port: port(linkNames.ledger(region, to)), user: superuser, database: databaseName }))),
    BUCKETS: JSON.stringify(byRegion((to) => ({ name: bucketName, endpoint: http(port(linkNames.bucket(region, to))) }))),
    ACQUIRERS: JSON.stringify(acquirerSides(port(linkNames.acquirer(region)))),
    ALERTS_TOPIC_ARN: `arn:aws:sns:${region}:000000000000:${alertsTopicName}`,
    TRANSACTIONS_TOPIC_ARN: `arn:aws:sns:${region}:000000000000:${transactionsTopicName}`,
    SNS_ENDPOINT: http(port(linkNames.sns(region))),
    RDS_ENDPOINT: http(port(linkNames.rds(region))),
    GLOBAL_CLUSTER_ID: globalClusterIdentifier,
    CLUSTER_ARNS: JSON.stringify(byRegion(memberArn)),
    STATES_ENDPOINT: http(port(linkNames.states(region))),
    MOVE_STATE_MACHINE_ARN: `arn:aws:states:${region}:000000000000:stateMachine:understudy-move`,
    PROBE_URLS: JSON.stringify({ [peerOf(region)]: http(port(linkNames.probe(region, peerOf(region)))), [region]: http(port(linkNames.probe(peerOf(region), region))) }),
    TIMINGS: JSON.stringify({ ...timings.functions, probeTimeoutMs: timings.probeTimeoutMs }),
    PAYMENT_POLICY: JSON.stringify(timings.paymentPolicy),
    FAILOVER_POLICY: failoverPolicy,
  };
}

export function witnessEnvironment({ network, timings, failoverPolicy }: EnvironmentOptions): Readonly<Record<string, string>> {
  return {
    ...credentials,
    AWS_REGION: witnessRegion,
    REGION: witnessRegion,
    JOURNAL_TABLE: journalTable.TableName,
    // The witness holds no replica: it asks the standby by default's endpoint first, then the other.
    DYNAMODB_ENDPOINT: http(network.port(linkNames.witnessDynamodb('us-east-2'))),
    DYNAMODB_PEER_ENDPOINT: http(network.port(linkNames.witnessDynamodb('us-east-1'))),
    ALERTS_TOPIC_ARN: `arn:aws:sns:${witnessRegion}:000000000000:${alertsTopicName}`,
    SNS_ENDPOINT: http(network.port(linkNames.sns(witnessRegion))),
    PROBE_URLS: JSON.stringify(Object.fromEntries(regions.map((region) => [region, http(network.port(linkNames.probe(witnessRegion, region)))]))),
    TIMINGS: JSON.stringify({ ...timings.functions, probeTimeoutMs: timings.probeTimeoutMs }),
    FAILOVER_POLICY: failoverPolicy,
  };
}

type EachRegion<T> = Readonly<Record<Region, T>>;

export interface OperatorAddresses {
  readonly table: { readonly name: string; readonly endpoints: EachRegion<string> };
  readonly queues: readonly { readonly name: string; readonly region: Region; readonly url: string; readonly deadLetterUrl: string; readonly endpoint: string }[];
  readonly ledgers: EachRegion<{ readonly host: string; readonly port: number; readonly user: string; readonly database: string }>;
  readonly acquirers: { readonly live: { readonly url: string }; readonly test: { readonly url: string } };
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly paymentPolicy: Timings['paymentPolicy'];
  readonly detect?: unknown;
}

/** Where somebody outside both regions finds everything, in the shape that the command line reads. */
export function operatorAddresses({ network, timings, acquirerPort }: Pick<EnvironmentOptions, 'network' | 'timings'> & { readonly acquirerPort: number }): OperatorAddresses {
  const port = (service: 'dynamodb' | 'sqs' | 'ledger', region: Region) => network.port(linkNames.operator(service, region));
  return {
    table: { name: journalTable.TableName, endpoints: byRegion((region) => http(port('dynamodb', region))) },
    queues: regions.flatMap((region) => {
      const endpoint = http(port('sqs', region));
      const url = (name: string) => `${endpoint}/000000000000/${name}`;
      return [
        { name: queueName, region, url: url(queueName), deadLetterUrl: url(deadLetterQueueName), endpoint },
        { name: noticeQueueName, region, url: url(noticeQueueName), deadLetterUrl: url(deadNoticeQueueName), endpoint },
      ];
    }),
    ledgers: byRegion((region) => ({ host: '127.0.0.1', port: port('ledger', region), user: superuser, database: databaseName })),
    acquirers: acquirerSides(acquirerPort),
    credentials: { accessKeyId: credentials.AWS_ACCESS_KEY_ID, secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY },
    paymentPolicy: timings.paymentPolicy,
    ...(timings.functions['detect'] !== undefined && { detect: timings.functions['detect'] }),
  };
}
