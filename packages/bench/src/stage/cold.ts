// The first acknowledged payment of a fresh process: what somebody waits for when a function starts cold.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { acceptEvent } from './accept-event.ts';

const run = promisify(execFile);
const LIMIT_MS = 60_000;

export interface ColdStart {
  readonly command: string;
  readonly arguments: (id: string) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** From the start of the process to its word that the payment was acknowledged. */
export async function firstAcknowledgedMs({ command, arguments: argumentsOf, environment }: ColdStart, id: string): Promise<number> {
  const startedAt = performance.now();
  const { stdout } = await run(command, [...argumentsOf(id)], { env: { PATH: process.env['PATH'], ...environment }, timeout: LIMIT_MS });
  if (!stdout.includes('202')) throw new Error(`${command} did not acknowledge: ${stdout}`);
  return performance.now() - startedAt;
}

/** Ends at once after the answer, as Lambda freezes a process: kept connections are nobody's to wait for. */
const script = (bundle: string, id: string): string =>
  `const { handler } = await import(${JSON.stringify(bundle)});
   const { statusCode, body } = await handler(${JSON.stringify(acceptEvent(id))}, { functionName: 'accept', awsRequestId: '1', getRemainingTimeInMillis: () => 10000 });
   console.log(statusCode, body); process.exit();`;

export const nodeStart = (bundle: string, environment: ColdStart['environment']): ColdStart => ({
  command: process.execPath,
  arguments: (id) => ['--input-type=module', '--eval', script(bundle, id)],
  environment,
});

/** What no function that speaks TLS can be faster than: Node and its HTTPS client, asked for nothing. */
export const bareStart: ColdStart = { command: process.execPath, arguments: () => ['--input-type=module', '--eval', "await import('node:https'); console.log(202); process.exit();"], environment: {} };

export const pythonStart = (environment: ColdStart['environment'], python: string): ColdStart => ({
  command: python,
  arguments: (id) => [fileURLToPath(new URL('../baselines/accept.py', import.meta.url)), JSON.stringify(acceptEvent(id))],
  environment: { ...environment, AWS_DEFAULT_REGION: 'us-east-1' },
});

/** The Python that Debian installs boto3 for. Undefined where it has none. */
export async function pythonWithBoto3(): Promise<string | undefined> {
  for (const python of ['/usr/bin/python3', 'python3']) {
    if (await run(python, ['-c', 'import boto3']).then(() => true, () => false)) return python;
  }
  return undefined;
}

/** Of a bundle that is only imported: without the start of Node itself. */
export async function importMs(bundle: string): Promise<number> {
  const code = `const from = performance.now(); await import(${JSON.stringify(bundle)}); console.log(performance.now() - from); process.exit();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env: {}, timeout: LIMIT_MS });
  return Number(stdout);
}
