// `understudy operations`: what operators did by hand, newest first.
import { exitCodes, usageFault } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { AddVerb } from '../verb.ts';

const LIMIT_MAX = 1000;

export const operations: AddVerb = (program, act) => {
  program.command('operations')
    .description('list what operators did by hand, newest first')
    .option('--limit <count>', 'at most this many', '50')
    .action(act<{ readonly limit: string }>(async (desk, { limit }) => {
      if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > LIMIT_MAX) throw usageFault(`--limit must be a whole number from 1 to ${LIMIT_MAX}`);
      const found = (await (await desk.connect()).operations.list(Number(limit))).map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
      const text = found.length === 0 ? 'Nothing was done by hand.' : tableText(['when', 'who', 'what', 'to', 'why'], found.map((each) => [each.at, each.by, each.what, each.subject, each.reason ?? '']));
      return { exitCode: exitCodes.ok, json: { operations: found }, text };
    }));
};
