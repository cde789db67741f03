// The one configuration of a deployment: every field with what it may hold, its unit and its default.
// Invariant: a wrong value is refused before anything is synthesized, by its field's name and with what is allowed;
// a misspelt field is an error and not a default. The regions are no setting: the protocol names them.
import * as v from 'valibot';
import { readConfig } from '@understudy/functions/manifest';

/** Where defaults depend on whether an environment is meant to last. */
export interface Deployment {
  readonly environmentSuffix: string;
  readonly account: string;
  readonly production: boolean;
  readonly consistency: 'strong' | 'eventual';
  readonly failoverPolicy: 'automatic' | 'approval';
  readonly acquirer: { readonly live: string; readonly test: string; readonly keysVersion?: string };
  readonly domain: { readonly hostedZoneId: string; readonly zoneName: string; readonly apiName: string } | undefined;
  readonly dns: { readonly healthCheckIntervalS: 10 | 30; readonly healthCheckFailures: number; readonly ttlS: number; readonly routing: 'failover' | 'weighted' };
  readonly ledger: { readonly engineVersion: string; readonly capacityMin: number; readonly capacityMax: number; readonly instances: number; readonly backupDays: number };
  readonly network: { readonly nat: 'one' | 'per-zone'; readonly interfaceEndpoints: readonly string[] };
  readonly concurrency: { readonly reserved: Readonly<Record<string, number>>; readonly provisioned: Readonly<Record<string, number>>; readonly settleMax: number };
  readonly release: 'at-once' | 'canary';
  readonly tracing: 'off' | 'xray' | 'opentelemetry';
  readonly logDays: number;
  readonly alertEmails: readonly string[];
  readonly alarms: Thresholds;
  readonly timings: Readonly<Record<string, unknown>>;
  readonly paymentPolicy: Readonly<Record<string, unknown>>;
}

export interface Thresholds {
  readonly oldestUnpostedS: number;
  readonly apiLatencyMs: number;
  readonly apiErrors: number;
  readonly apiErrorPercent: number;
  readonly functionErrors: number;
  readonly functionErrorPercent: number;
  readonly tableThrottles: number;
  readonly deadLetters: number;
  readonly queueAgeS: number;
  readonly ledgerLagMs: number;
  readonly ledgerConnections: number;
  readonly receiptsBehindS: number;
  readonly settlementFilesBehindS: number;
}

/** One field: what it may hold, and the rest of the sentence "FIELD must be ...". */
interface Field<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  readonly allowed: string;
  readonly about: string;
  readonly byDefault: string;
}

const whole = (least: number, most: number, byDefault: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)), byDefault);
const httpsUrl = v.pipe(v.string(), v.regex(/^https:\/\/[^\s/]+/));
const perFunction = (least: number) => v.optional(v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(1000))), {});

/** The months and years for which log groups can keep their lines. */
const logDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827] as const;

/** As AWS names its interface endpoints, without the region. */
const interfaceServices = ['sqs', 'sns', 'secretsmanager', 'states', 'logs', 'rds', 'kms'] as const;

const thresholds = v.strictObject({
  oldestUnpostedS: whole(1, 3600, 60),
  apiLatencyMs: whole(1, 29_000, 1000),
  apiErrors: whole(1, 1_000_000, 10),
  apiErrorPercent: whole(1, 100, 1),
  functionErrors: whole(1, 1_000_000, 10),
  functionErrorPercent: whole(1, 100, 5),
  tableThrottles: whole(1, 1_000_000, 5),
  deadLetters: whole(1, 1_000_000, 1),
  queueAgeS: whole(1, 86_400, 120),
  ledgerLagMs: whole(1, 3_600_000, 10_000),
  ledgerConnections: whole(1, 5000, 100),
  receiptsBehindS: whole(1, 86_400, 900),
  settlementFilesBehindS: whole(1, 604_800, 7200),
});

const fields = {
  environmentSuffix: {
    schema: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,11}$/)), allowed: '1 to 12 lower-case letters, digits and hyphens, a letter first',
    byDefault: 'none', about: 'the end of every name, so that environments stand side by side',
  },
  account: { schema: v.pipe(v.string(), v.regex(/^\d{12}$/)), allowed: 'the 12 digits of an AWS account, as a string', byDefault: 'none', about: 'the account to deploy into' },
  production: {
    schema: v.optional(v.boolean(), false), allowed: 'true or false',
    byDefault: 'false', about: 'true protects data from deletion and changes the defaults marked below; false leaves an environment that can be destroyed without a trace',
  },
  consistency: {
    schema: v.optional(v.picklist(['strong', 'eventual']), 'strong'), allowed: 'strong or eventual',
    byDefault: 'strong', about: 'of the journal across regions. Under eventual a lost region can lose acknowledged payments: only for trying things out where strong is not offered',
  },
  failoverPolicy: {
    schema: v.optional(v.picklist(['automatic', 'approval']), 'automatic'), allowed: 'automatic or approval',
    byDefault: 'automatic', about: 'whether a lost region is replaced by itself, or a person is asked',
  },
  acquirer: {
    schema: v.strictObject({ live: httpsUrl, test: httpsUrl, keysVersion: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{32,64}$/))) }), allowed: '{"live", "test"}, each an https URL, and "keysVersion"?, the id of a version of the secret',
    byDefault: 'none', about: 'where cards are charged, by keys for real money and by test keys. `keysVersion` is the version of these keys that functions get: naming another one is what makes a deployment hand new keys out',
  },
  domain: {
    schema: v.optional(v.strictObject({ hostedZoneId: v.pipe(v.string(), v.regex(/^Z[A-Z0-9]{5,31}$/)), zoneName: v.pipe(v.string(), v.regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/)), apiName: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,63}$/)), 'api') })),
    allowed: '{"hostedZoneId", "zoneName", "apiName"?}, or left out', byDefault: 'left out', about: 'the public zone in which the API gets its name and its failover records. Without it clients use the two regional addresses',
  },
  dns: {
    schema: v.optional(v.strictObject({
      healthCheckIntervalS: v.optional(v.picklist([10, 30]), 10), healthCheckFailures: whole(1, 10, 3), ttlS: whole(5, 300, 10),
      routing: v.optional(v.picklist(['failover', 'weighted']), 'failover'),
    }), {}),
    allowed: '{"healthCheckIntervalS": 10 or 30, "healthCheckFailures": 1 to 10, "ttlS": 5 to 300, "routing": failover or weighted}',
    byDefault: '10 s, 3, 10 s, failover', about: 'health checks of both APIs and the records that follow them. The interval cannot be changed later. Weighted is 100 to 0, for planned shifts by hand only',
  },
  ledger: {
    schema: v.optional(v.strictObject({
      engineVersion: v.optional(v.pipe(v.string(), v.regex(/^1[4-8]\.\d{1,2}$/)), '17.9'), capacityMin: v.optional(v.pipe(v.number(), v.multipleOf(0.5), v.minValue(0.5), v.maxValue(256))),
      capacityMax: v.optional(v.pipe(v.number(), v.multipleOf(0.5), v.minValue(1), v.maxValue(256)), 32), instances: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3))),
      backupDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(35))),
    }), {}),
    allowed: '{"engineVersion": "14.x" to "18.x", "capacityMin", "capacityMax": 0.5 to 256 in halves, "instances": 1 to 3, "backupDays": 1 to 35}',
    byDefault: '17.9, 1 to 32 capacity units (production: 8 to 32), 1 instance a region (production: 2), 7 days (production: 35)',
    about: 'the Aurora PostgreSQL global database. The standby is as large as the primary, because it must carry the load at once. Standard support of 14 ends on 2027-02-28',
  },
  network: {
    schema: v.optional(v.strictObject({ nat: v.optional(v.picklist(['one', 'per-zone'])), interfaceEndpoints: v.optional(v.array(v.picklist(interfaceServices)), []) }), {}),
    allowed: `{"nat": one or per-zone, "interfaceEndpoints": any of ${interfaceServices.join(', ')}}`,
    byDefault: 'one NAT gateway a region (production: per zone), no interface endpoints', about: 'how functions leave their private subnets',
  },
  concurrency: {
    schema: v.optional(v.strictObject({ reserved: perFunction(1), provisioned: perFunction(1), settleMax: whole(2, 1000, 20) }), {}),
    allowed: '{"reserved": {function: 1 to 1000}, "provisioned": {function: 1 to 1000}, "settleMax": 2 to 1000}',
    byDefault: 'none reserved or provisioned, save one for each scheduled function and ten for health; 20 batches settled at once', about: 'instances of functions, by function name',
  },
  release: {
    schema: v.optional(v.picklist(['at-once', 'canary'])), allowed: 'at-once or canary',
    byDefault: 'at-once (production: canary)', about: 'canary sends a tenth of the requests to new code for five minutes and goes back if its alarm is raised',
  },
  tracing: {
    schema: v.optional(v.picklist(['off', 'xray', 'opentelemetry']), 'xray'), allowed: 'off, xray or opentelemetry',
    byDefault: 'xray', about: 'a segment for each invocation; opentelemetry adds the layer of AWS that exports spans',
  },
  logDays: { schema: v.optional(v.picklist(logDays)), allowed: `one of ${logDays.join(', ')}`, byDefault: '30 (production: 400)', about: 'how long logs are kept, in days' },
  alertEmails: { schema: v.optional(v.array(v.pipe(v.string(), v.email())), []), allowed: 'a list of e-mail addresses', byDefault: 'none', about: 'who is told of alerts and alarms, in both regions' },
  alarms: {
    schema: v.optional(thresholds, {}), allowed: `{${Object.keys(thresholds.entries).join(', ')}}, each a whole number from 1`,
    byDefault: Object.entries(v.parse(thresholds, {})).map(([name, value]) => `${name} ${value}`).join(', '), about: 'above which an alarm is raised; names end in their unit',
  },
  timings: { schema: v.optional(v.record(v.string(), v.unknown()), {}), allowed: 'an object', byDefault: 'those of the functions', about: 'any of the timings of `packages/functions/src/shared/timings.ts`' },
  paymentPolicy: { schema: v.optional(v.record(v.string(), v.unknown()), {}), allowed: 'an object', byDefault: 'that of the functions', about: 'any of the fields of `packages/functions/src/shared/payment-policy.ts`' },
} satisfies { readonly [N in keyof Deployment]: Field<unknown> };

/** What the configuration may hold, for the documentation. */
export const fieldTable: readonly { readonly name: string; readonly allowed: string; readonly byDefault: string; readonly about: string }[] = Object.entries(fields).map(
  ([name, { allowed, byDefault, about }]) => ({ name, allowed, byDefault, about }),
);

const schema = v.strictObject({
  environmentSuffix: fields.environmentSuffix.schema, account: fields.account.schema, production: fields.production.schema,
  consistency: fields.consistency.schema, failoverPolicy: fields.failoverPolicy.schema, acquirer: fields.acquirer.schema,
  domain: fields.domain.schema, dns: fields.dns.schema, ledger: fields.ledger.schema, network: fields.network.schema,
  concurrency: fields.concurrency.schema, release: fields.release.schema, tracing: fields.tracing.schema, logDays: fields.logDays.schema,
  alertEmails: fields.alertEmails.schema, alarms: fields.alarms.schema, timings: fields.timings.schema, paymentPolicy: fields.paymentPolicy.schema,
});

/** A wrong configuration; the message names every field that is wrong and what it may hold. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';
}

const isField = (name: string): name is keyof typeof fields => name in fields;

const faultOf = (issue: v.BaseIssue<unknown>): string => {
  const place = v.getDotPath(issue) ?? '';
  const name = place.split('.')[0] ?? '';
  if (!isField(name)) return place === '' ? 'the configuration must be a JSON object' : `${place} is not a field; fields are ${Object.keys(fields).join(', ')}`;
  const within = place === name ? '' : ` (wrong at ${place})`;
  return `${name} must be ${fields[name].allowed}${within}`;
};

/** What is handed to the functions as it is has to be what they take. */
function checkFunctions({ timings, paymentPolicy }: Deployment): void {
  try {
    readConfig('a function', ['TIMINGS', 'PAYMENT_POLICY'], { TIMINGS: JSON.stringify(timings), PAYMENT_POLICY: JSON.stringify(paymentPolicy) });
  } catch (error) {
    throw new ConfigFault(`the configuration cannot be used: ${error instanceof Error ? error.message : 'timings or paymentPolicy are wrong'}`);
  }
}

/** Throws ConfigFault. */
export function readDeployment(written: unknown): Deployment {
  const parsed = v.safeParse(schema, written);
  if (!parsed.success) throw new ConfigFault(`the configuration cannot be used: ${[...new Set(parsed.issues.map(faultOf))].join('; ')}`);
  const { ledger, network, ...given } = parsed.output;
  const { production } = given;
  const deployment: Deployment = {
    ...given,
    domain: given.domain,
    ledger: { ...ledger, capacityMin: ledger.capacityMin ?? (production ? 8 : 1), instances: ledger.instances ?? (production ? 2 : 1), backupDays: ledger.backupDays ?? (production ? 35 : 7) },
    network: { ...network, nat: network.nat ?? (production ? 'per-zone' : 'one') },
    release: given.release ?? (production ? 'canary' : 'at-once'),
    logDays: given.logDays ?? (production ? 400 : 30),
  };
  checkFunctions(deployment);
  if (deployment.ledger.capacityMin > deployment.ledger.capacityMax) throw new ConfigFault('the configuration cannot be used: ledger.capacityMax must be at least ledger.capacityMin');
  return deployment;
}
