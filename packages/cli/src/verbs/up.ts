// `understudy up`: starts a twin in the foreground, as `npm start` does. Ctrl-C is how it ends, and no fault.
import { exitCodes, refused } from '../exit.ts';
import { inRepository, runTool } from '../tools.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options {
  readonly port: number;
  readonly dataDir: string;
  readonly fresh?: boolean;
  readonly timing: string;
  readonly failover: string;
  readonly webhooks: string;
  readonly json?: boolean;
}

export async function up(desk: Desk, { port, dataDir, fresh, timing, failover, webhooks, json }: Options): Promise<Answer> {
  const flags = [...(fresh === true ? ['--fresh'] : []), ...(json === true ? ['--json'] : [])];
  const { code, signal } = await runTool(desk, [
    process.execPath, inRepository('packages/twin/src/main.ts'), '--port', String(port), '--data-dir', dataDir, '--timing', timing, '--failover', failover, '--webhooks', webhooks, ...flags,
  ], { tied: true });
  if (code !== 0 && signal === null) throw refused('the twin did not start; it says why above');
  return { exitCode: exitCodes.ok, json: { event: 'stopped', dataDir }, text: `The twin has stopped; its data stays in ${dataDir}.` };
}
