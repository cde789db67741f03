/**
 * Makes a new, empty cluster: superuser and database `understudy`, and a role that may only read.
 * Invariant: the folder appears complete or not at all, and an existing one is never overwritten.
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, PostgresBinaries } from './binaries.ts';
import { databaseName, examiner, superuser } from './connection.ts';
import { roleOnDisk } from './data-folder.ts';
import { accessRules, examinerRules, examinerRulesFile } from './settings.ts';
import { buildBeside } from './staging.ts';

/** Without the caller's PG* variables, which would reach the server, and with English messages. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** PostgreSQL wants a working directory that its account may enter; ours may be private. */
export const spawnOptions = (account: Account | undefined): { cwd: string; env: NodeJS.ProcessEnv } & Partial<Account> => ({
  ...account,
  cwd: tmpdir(),
  env: cleanEnvironment(),
});

export async function initialiseCluster(binaries: PostgresBinaries, dataDir: string): Promise<void> {
  if (roleOnDisk(dataDir) !== 'empty') throw new Error(`${dataDir} holds a cluster already`);
  await buildBeside(dataDir, binaries.account, async (staging) => {
    await execute({
      command: [binaries.initdb, '-D', staging, '-U', superuser, '--auth=trust', '--encoding=UTF8', '--data-checksums', '--locale=C',
        '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      account: binaries.account,
    });
    await writeFile(join(staging, 'pg_hba.conf'), accessRules);
    await writeFile(join(staging, examinerRulesFile), examinerRules, { mode: 0o644 });
    await execute({
      // Single-user mode: the last steps need neither a port nor a second start.
      command: [binaries.postgres, '--single', '-D', staging, 'postgres'],
      account: binaries.account,
      input: `CREATE DATABASE ${databaseName};\nCREATE ROLE ${examiner} LOGIN;\nGRANT pg_read_all_data TO ${examiner};\n`,
    });
  });
}

interface Execution {
  readonly command: readonly [string, ...string[]];
  readonly account: Account | undefined;
  readonly input?: string;
}

function execute({ command: [path, ...args], account, input = '' }: Execution): Promise<void> {
  return new Promise((done, reject) => {
    const child = spawn(path, args, { ...spawnOptions(account), stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', reject);
    child.stdin.on('error', () => undefined).end(input);
    // Single-user mode exits with 0 even when a statement has failed.
    child.on('close', (code) => {
      if (code === 0 && !/^.*\b(ERROR|FATAL|PANIC):/m.test(errors)) done();
      else reject(new Error(`${path} failed (${code}): ${errors.trim()}`));
    });
  });
}
