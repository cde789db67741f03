// Where everything is: asked of a running twin, or read from a file for a deployment. Both have one shape.
// Invariant: what cannot be used is refused with what is allowed; nothing here is a secret but a twin's own test key:
// passwords come from PGPASSWORD, API keys from UNDERSTUDY_API_KEY.
import { readFile } from 'node:fs/promises';
import { regions } from '@understudy/core';
import type { DetectPolicy, Region } from '@understudy/core';
import * as v from 'valibot';
import { unreachable, usageFault } from './exit.ts';

const url = v.pipe(v.string(), v.regex(/^https?:\/\/[^\s]+$/, 'must be an http or https URL'));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const eachRegion = <T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Readonly<Record<Region, T>>> =>
  v.object({ 'us-east-1': schema, 'us-east-2': schema });

export interface QueueAddress {
  /** Such as `payments`. */
  readonly name: string;
  readonly region: Region;
  readonly url: string;
  readonly deadLetterUrl: string;
  readonly endpoint?: string;
}

export interface LedgerAddress {
  /** An Aurora writer's name, which resolves only while its half is the primary. */
  readonly host: string;
  /** Used where the writer's name does not resolve. */
  readonly readerHost?: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly ssl?: boolean;
}

export interface WorkflowAddress {
  readonly stateMachineArn: string;
  readonly endpoint?: string;
}

export interface ApiAddress {
  readonly regions: Readonly<Record<Region, string>>;
  /** The one name that DNS moves, if there is one. */
  readonly name?: string;
  /** Where a twin keeps the test key that it is made with; a deployment's operator names a file or sets a variable. */
  readonly keyFile?: string;
}

export interface Addresses {
  readonly table: { readonly name: string; readonly endpoints?: Readonly<Record<Region, string>> };
  /** Every queue of both regions that has a dead-letter queue. */
  readonly queues: readonly QueueAddress[];
  readonly ledgers: Readonly<Record<Region, LedgerAddress>>;
  readonly acquirers: { readonly live: { readonly url: string }; readonly test: { readonly url: string } };
  /** The control API, of a twin only. */
  readonly twin?: string;
  /** The workflow of a move in each region of a deployment; only the verbs that move need them. */
  readonly workflows?: Readonly<Record<Region, WorkflowAddress>>;
  /** What differs from the defaults of the detectors' policy. */
  readonly detect?: DetectTimings;
  /** For stand-ins that check no signature. Without them the machine's own are used. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What differs from the defaults of the payment policy. */
  /** The API as a merchant has it; only the verbs of a merchant and `regions` need it. */
  readonly api?: ApiAddress;
  /** Whether detectors move by themselves or ask; only `approve` needs it. */
  readonly failoverPolicy?: DetectPolicy['mode'];
  readonly paymentPolicy: { readonly chargeInFlightMs?: number; readonly acquirerKeyLifeMs?: number };
}

export type DetectTimings = Partial<Omit<DetectPolicy, 'mode'>>;

const ms = v.exactOptional(v.pipe(v.number(), v.minValue(0)));

/** Objects may hold more than is named here: a newer twin answers an older command. */
const addresses: v.GenericSchema<unknown, Addresses> = v.object({
  table: v.object({ name: v.string(), endpoints: v.exactOptional(eachRegion(url)) }),
  queues: v.array(v.object({ name: v.string(), region: v.picklist(regions), url, deadLetterUrl: url, endpoint: v.exactOptional(url) })),
  ledgers: eachRegion(v.object({ host: v.string(), readerHost: v.exactOptional(v.string()), port, user: v.string(), database: v.string(), ssl: v.exactOptional(v.boolean()) })),
  acquirers: v.object({ live: v.object({ url }), test: v.object({ url }) }),
  workflows: v.exactOptional(eachRegion(v.object({ stateMachineArn: v.string(), endpoint: v.exactOptional(url) }))),
  detect: v.exactOptional(v.object({ failuresMin: ms, dwellMs: ms, viewFreshMs: ms, stallMs: ms, resumeAfterMs: ms })),
  credentials: v.exactOptional(v.object({ accessKeyId: v.string(), secretAccessKey: v.string() })),
  api: v.exactOptional(v.object({ regions: eachRegion(url), name: v.exactOptional(url), keyFile: v.exactOptional(v.string()) })),
  failoverPolicy: v.exactOptional(v.picklist(['automatic', 'approval'])),
  paymentPolicy: v.optional(v.object({ chargeInFlightMs: v.exactOptional(v.number()), acquirerKeyLifeMs: v.exactOptional(v.number()) }), {}),
});

export interface AddressOptions {
  readonly url?: string;
  readonly base?: string;
  readonly config?: string;
}

/** A twin on this machine answers at once or not at all. */
const TWIN_ANSWER_MS = 5000;
const HERE = 'http://127.0.0.1:4600';

export async function readAddresses(options: AddressOptions, environment: Readonly<Record<string, string | undefined>>): Promise<Addresses> {
  if (options.config !== undefined) return parse(await readText(options.config), options.config);
  const twin = options.url ?? (options.base === undefined ? undefined : `http://127.0.0.1:${options.base}`) ?? environment['UNDERSTUDY_URL'] ?? HERE;
  if (!URL.canParse(twin)) throw usageFault(`${twin} is not a URL; say --url http://127.0.0.1:4600 or --base 4600`);
  return { ...parse(await askTwin(new URL('/twin/connections', twin)), `the twin at ${twin}`), twin };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw usageFault(`${file} cannot be read; --config names a JSON file of addresses`);
  }
}

async function askTwin(from: URL): Promise<string> {
  try {
    const response = await fetch(from, { signal: AbortSignal.timeout(TWIN_ANSWER_MS) });
    if (!response.ok) throw unreachable(`${from.origin} answered ${response.status}; is it the twin's base port?`);
    return await response.text();
  } catch (error) {
    if (error instanceof Error && error.name === 'Refusal') throw error;
    throw unreachable(`no twin answers at ${from.origin}; start one with \`understudy up\` (or npm start), or say where it is with --url or --base`);
  }
}

function parse(text: string, where: string): Addresses {
  const read = v.safeParse(addresses, parseJson(text));
  if (read.success) return read.output;
  const places = read.issues.map((issue) => v.getDotPath(issue) ?? 'the whole').join(', ');
  throw usageFault(`${where} does not hold the addresses this command needs (wrong at ${places})`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
