// `understudy addresses`: the file by which this command reaches a deployment, from its configuration, its names, and
// the few outputs that names cannot say: where the ledgers and the APIs are.
// Invariant: nothing secret goes into it.
import { writeFile } from 'node:fs/promises';
import { regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import { LEDGER_DATABASE, LEDGER_OWNER, LEDGER_PORT, Names } from '@understudy/infra';
import type { Deployment } from '@understudy/infra';
import * as v from 'valibot';
import type { Addresses, DetectTimings } from '../addresses.ts';
import { readEnvironment } from '../environment-file.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { commandText, runToEnd } from '../tools.ts';
import type { CommandLine } from '../tools.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options {
  readonly environment?: string;
  readonly out?: string;
  readonly dryRun?: boolean;
}

export async function addressesOfDeployment(desk: Desk, { environment, out, dryRun }: Options): Promise<Answer> {
  const deployment = await readEnvironment(environment);
  const names = new Names(deployment);
  const asks = (['ledger', 'service'] as const).flatMap((purpose) => regions.map((region) => describeCommand(names, purpose, region)));
  if (dryRun === true) return { exitCode: exitCodes.ok, json: { commands: asks }, text: asks.map(commandText).join('\n') };
  const [ledger1, ledger2, service1, service2] = await inTurn(asks, (ask) => outputsBy(desk, ask));
  const found = addressesOf(deployment, { 'us-east-1': { ...ledger1, ...service1 }, 'us-east-2': { ...ledger2, ...service2 } });
  const text = JSON.stringify(found, undefined, 2);
  if (out === undefined) return { exitCode: exitCodes.ok, json: found, text };
  await writeFile(out, `${text}\n`).catch(() => {
    throw usageFault(`${out} cannot be written; name another file with --out`);
  });
  return { exitCode: exitCodes.ok, json: { out }, text: `${out} is written. Use it with --config ${out}; the password of ${LEDGER_OWNER} comes from PGPASSWORD, API keys from UNDERSTUDY_API_KEY.` };
}

const describeCommand = (names: Names, purpose: string, region: Region): CommandLine =>
  ['aws', 'cloudformation', 'describe-stacks', '--region', region, '--stack-name', names.inAccount(purpose, region), '--query', 'Stacks[0].Outputs', '--output', 'json'];

const outputs = v.array(v.object({ OutputKey: v.string(), OutputValue: v.string() }));

type Outputs = Readonly<Record<string, string>>;

async function inTurn<T>(commands: readonly CommandLine[], ask: (command: CommandLine) => Promise<T>): Promise<readonly T[]> {
  const answers: T[] = [];
  for (const command of commands) answers.push(await ask(command));
  return answers;
}

async function outputsBy(desk: Desk, command: CommandLine): Promise<Outputs> {
  const text = await runToEnd(desk, command, { output: 'kept', goOn: 'Are the credentials those of the account, and is the environment deployed?' });
  const read = v.safeParse(outputs, parseJson(text));
  if (!read.success) throw refused(`the stack has no outputs yet: ${commandText(command)}`);
  return Object.fromEntries(read.output.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws a Refusal when an output that is needed is not there. */
export function addressesOf(deployment: Deployment, found: Readonly<Record<Region, Outputs>>): Addresses {
  const names = new Names(deployment);
  const each = <T>(make: (region: Region) => T): Readonly<Record<Region, T>> => ({ 'us-east-1': make('us-east-1'), 'us-east-2': make('us-east-2') });
  const output = (region: Region, name: string): string => found[region][name] ?? failWithout(name, region);
  const { acquirer, domain, timings, paymentPolicy, failoverPolicy } = deployment;
  return {
    table: { name: names.of('journal') },
    queues: regions.flatMap((region) => ['payments', 'notices'].map((name) => ({ name, region, url: names.queueUrl(name, region), deadLetterUrl: names.queueUrl(`${name}-dead`, region) }))),
    ledgers: each((region) => ({ host: output(region, 'WriterHost'), readerHost: output(region, 'ReaderHost'), port: LEDGER_PORT, user: LEDGER_OWNER, database: LEDGER_DATABASE, ssl: true })),
    acquirers: { live: { url: acquirer.live }, test: { url: acquirer.test } },
    workflows: each((region) => ({ stateMachineArn: names.stateMachine('move', region) })),
    api: { regions: each((region) => output(region, 'ApiUrl')), ...(domain && { name: `https://${domain.apiName}.${domain.zoneName}` }) },
    failoverPolicy, paymentPolicy,
    // Infra has checked it, by the functions' own reading.
    ...(timings['detect'] !== undefined && { detect: timings['detect'] as DetectTimings }),
  };
}

const failWithout = (output: string, region: Region): never => {
  throw refused(`the stacks of ${region} have no output ${output}; deploy them with this version first`);
};
