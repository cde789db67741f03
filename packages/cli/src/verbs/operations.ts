// `understudy operations`: what operators did by hand, newest first.
import { exitCodes } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

export async function operations(desk: Desk, { limit }: { readonly limit: number }): Promise<Answer> {
  const found = (await (await desk.connect()).operations.list(limit)).map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
  const text = found.length === 0 ? 'Nothing was done by hand.' : tableText(['when', 'who', 'what', 'to', 'why'], found.map((each) => [each.at, each.by, each.what, each.subject, each.reason ?? '']));
  return { exitCode: exitCodes.ok, json: { operations: found }, text };
}
