// Every environment variable that a function may need: what it may hold, and what it becomes. A function's config.ts
// names those that it needs; nothing else reads the environment.
// Invariant: what is wrong is named by its variable, with what is allowed and never with what was found, because some
// of these hold secrets.
import * as v from 'valibot';
import { regions, witnessRegion } from '@understudy/core';
import type { DetectPolicy, PaymentPolicy, Region, Vantage } from '@understudy/core';
import type { TargetRule } from '@understudy/adapters/webhook';
import { paymentPolicySchema } from './payment-policy.ts';
import { signingKeysSchema } from './signing-keys.ts';
import type { SigningKeySource } from './signing-keys.ts';
import { timingsSchema } from './timings.ts';
import type { Timings } from './timings.ts';
import { defaultUsageSet } from './usage-set.ts';

export interface QueueAddress {
  readonly url: string;
  readonly endpoint?: string;
}

export interface BucketAddress {
  readonly name: string;
  readonly endpoint?: string;
}

export interface LedgerAddress {
  /** A host name, or the folder of a Unix socket. */
  readonly host: string;
  /** Where it is found while `host` has no address, as the writer of a standby has none. */
  readonly readerHost?: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly ssl?: boolean;
  /** In the clear: for this machine only. */
  readonly password?: string;
  /** Signs in with a token made from the function's own role. */
  readonly iam?: boolean;
}

/** Who may change the schema. */
export interface LedgerOwner {
  readonly user: string;
  /** The ARN of the secret in Secrets Manager: JSON with a `password`. */
  readonly passwordSecret: string;
  /** The role to let in, under which all other functions work. */
  readonly serviceRole: string;
}

export interface AcquirerAddress {
  readonly url: string;
  readonly apiKey?: string;
}

export interface Variables {
  readonly REGION: Vantage;
  readonly JOURNAL_TABLE: string;
  readonly SESSIONS_TABLE: string;
  readonly SIGNING_KEYS: SigningKeySource;
  readonly WEBHOOK_TARGETS: TargetRule;
  readonly DEAD_DELIVERIES_QUEUE: QueueAddress;
  readonly DYNAMODB_ENDPOINT: string | undefined;
  readonly DYNAMODB_PEER_ENDPOINT: string | undefined;
  readonly QUEUES: Readonly<Record<Region, QueueAddress>>;
  readonly LEDGERS: Readonly<Record<Region, LedgerAddress>>;
  readonly LEDGER_OWNER: LedgerOwner;
  readonly BUCKETS: Readonly<Record<Region, BucketAddress>>;
  readonly ACQUIRERS: { readonly live: AcquirerAddress; readonly test: AcquirerAddress };
  readonly ALERTS_TOPIC_ARN: string;
  readonly TRANSACTIONS_TOPIC_ARN: string;
  readonly SNS_ENDPOINT: string | undefined;
  readonly RDS_ENDPOINT: string | undefined;
  readonly GLOBAL_CLUSTER_ID: string;
  readonly CLUSTER_ARNS: Readonly<Record<Region, string>>;
  readonly STATES_ENDPOINT: string | undefined;
  readonly MOVE_STATE_MACHINE_ARN: string;
  readonly PROBE_URLS: Readonly<Record<Region, string>>;
  readonly PAYMENT_POLICY: PaymentPolicy;
  readonly TIMINGS: Timings;
  readonly USAGE_SET: string;
  readonly FAILOVER_POLICY: DetectPolicy['mode'];
}

export type VariableName = keyof Variables;

export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Completes the sentence "NAME must be ...". */
  readonly allowed: string;
}

const text = v.pipe(v.string(), v.minLength(1));
const url = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s]+$/));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const arn = v.pipe(v.string(), v.startsWith('arn:'));

const json = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T> =>
  v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
      try {
        return JSON.parse(dataset.value) as unknown;
      } catch {
        addIssue({ message: 'not JSON' });
        return NEVER;
      }
    }),
    schema,
  );

const eachRegion = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Readonly<Record<Region, T>>> =>
  json(v.strictObject({ 'us-east-1': schema, 'us-east-2': schema }));

const queue: v.GenericSchema<unknown, QueueAddress> = v.strictObject({ url, endpoint: v.exactOptional(url) });
const bucket: v.GenericSchema<unknown, BucketAddress> = v.strictObject({ name: text, endpoint: v.exactOptional(url) });
const ledger: v.GenericSchema<unknown, LedgerAddress> = v.strictObject({
  host: text, readerHost: v.exactOptional(text), port, user: text, database: text,
  ssl: v.exactOptional(v.boolean()), password: v.exactOptional(v.string()), iam: v.exactOptional(v.boolean()),
});

const acquirer: v.GenericSchema<unknown, AcquirerAddress> = v.strictObject({ url, apiKey: v.exactOptional(text) });
/** Some acquirers have one address for both, and tell the sides apart by the key. */
const acquirers: v.GenericSchema<unknown, Variables['ACQUIRERS']> = v.pipe(
  v.strictObject({ live: acquirer, test: acquirer }),
  v.check(({ live, test }) => live.url !== test.url || live.apiKey !== test.apiKey),
);

const forEach = (shape: string): string => `JSON {"us-east-1": ${shape}, "us-east-2": ${shape}}`;
const vantages = [...regions, witnessRegion] as const;
const urlRule = 'an http or https URL';
const optionalUrl: Variable<string | undefined> = { schema: v.optional(url), allowed: `${urlRule}, or left out on AWS` };

const table: { readonly [N in VariableName]: Variable<Variables[N]> } = {
  REGION: { schema: v.picklist(vantages), allowed: `one of ${vantages.join(', ')}` },
  JOURNAL_TABLE: { schema: text, allowed: 'the name of the journal table' },
  SESSIONS_TABLE: { schema: text, allowed: 'the name of the sessions table' },
  SIGNING_KEYS: {
    schema: json(v.union([v.strictObject({ secretArn: arn }), signingKeysSchema])),
    allowed: 'JSON {"signs": NAME, NAME: 32 bytes or more in base64, ...}, names of 1 to 4 letters or digits; or {"secretArn": ARN of a secret that holds it}',
  },
  WEBHOOK_TARGETS: { schema: v.optional(v.picklist(['public', 'any']), 'public'), allowed: 'public, or any on a machine that is only for tests' },
  DEAD_DELIVERIES_QUEUE: { schema: json(queue), allowed: 'JSON {"url": URL, "endpoint"?: URL}' },
  DYNAMODB_ENDPOINT: optionalUrl,
  DYNAMODB_PEER_ENDPOINT: optionalUrl,
  QUEUES: { schema: eachRegion(queue), allowed: forEach('{"url": URL, "endpoint"?: URL}') },
  LEDGERS: {
    schema: eachRegion(ledger),
    allowed: forEach('{"host", "readerHost"?, "port", "user", "database", "ssl"?: true, "password"? or "iam"?: true}'),
  },
  LEDGER_OWNER: {
    schema: json(v.strictObject({ user: text, passwordSecret: arn, serviceRole: text })),
    allowed: 'JSON {"user", "passwordSecret": ARN, "serviceRole"}',
  },
  BUCKETS: { schema: eachRegion(bucket), allowed: forEach('{"name", "endpoint"?: URL}') },
  ACQUIRERS: {
    schema: json(acquirers),
    allowed: 'JSON {"live": {"url": URL, "apiKey"?}, "test": {"url": URL, "apiKey"?}}, and the two must differ: test keys never reach a live acquirer',
  },
  ALERTS_TOPIC_ARN: { schema: arn, allowed: 'the ARN of this region\'s alerts topic' },
  TRANSACTIONS_TOPIC_ARN: { schema: arn, allowed: 'the ARN of this region\'s transactions topic' },
  SNS_ENDPOINT: optionalUrl,
  RDS_ENDPOINT: optionalUrl,
  GLOBAL_CLUSTER_ID: { schema: text, allowed: 'the identifier of the global database cluster' },
  CLUSTER_ARNS: { schema: eachRegion(arn), allowed: forEach('ARN') },
  STATES_ENDPOINT: optionalUrl,
  MOVE_STATE_MACHINE_ARN: { schema: arn, allowed: 'the ARN of this region\'s move workflow' },
  PROBE_URLS: { schema: eachRegion(url), allowed: forEach('URL') },
  PAYMENT_POLICY: {
    schema: json(paymentPolicySchema),
    allowed: 'JSON with any of currencies, amountMaxMajor and highValueMajor (whole decimal strings), settleWithinMs, acquirerKeyLifeMs, chargeInFlightMs, attemptsMax, sessionPatienceMs; or left out',
  },
  TIMINGS: { schema: json(timingsSchema), allowed: 'JSON with any of the timings, as whole numbers; or left out' },
  USAGE_SET: { schema: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{16,100}$/)), defaultUsageSet), allowed: 'what the gateway\'s usage keys begin with: 16 to 100 letters, digits and hyphens; or left out' },
  FAILOVER_POLICY: { schema: v.optional(v.picklist(['automatic', 'approval']), 'automatic'), allowed: 'automatic or approval' },
};

/** What stands in for a JSON variable that is left out: every field has a default. */
const leftOut: Partial<Record<VariableName, string>> = { PAYMENT_POLICY: '{}', TIMINGS: '{}' };

/** A wrong configuration; the message names every variable that is wrong and what it may hold. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

/** Reads the variables `names` for the function `owner`. An empty variable counts as left out. Throws ConfigFault. */
export function readConfig<N extends VariableName>(owner: string, names: readonly N[], environment: Environment): Pick<Variables, N> {
  const faults: string[] = [];
  const values = names.map((name): [N, unknown] => {
    const written = environment[name];
    const parsed = v.safeParse(table[name].schema, written === undefined || written === '' ? leftOut[name] : written);
    if (!parsed.success) {
      const places = parsed.issues.map((issue) => v.getDotPath(issue)).filter((place) => place !== null);
      faults.push(`${name} must be ${table[name].allowed}${places.length === 0 ? '' : ` (wrong at ${places.join(', ')})`}`);
    }
    return [name, parsed.output];
  });
  if (faults.length > 0) throw new ConfigFault(`${owner} cannot start: ${faults.join('; ')}`);
  return Object.fromEntries(values) as Pick<Variables, N>;
}
