// `understudy epoch`: the record that says who may settle, and the story of the move that made it. Changes nothing.
import type { EpochRecord, MoveLogEntry } from '@understudy/core';
import { exitCodes } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

export async function epoch(desk: Desk): Promise<Answer> {
  const { epochs, moveLog } = await desk.connect();
  const record = await epochs.read();
  const story = await moveLog.read(record.runId);
  return { exitCode: exitCodes.ok, json: { ...record, story }, text: textOf(record, story) };
}

const timeText = (at: number): string => new Date(at).toISOString();

function textOf(record: EpochRecord, story: readonly MoveLogEntry[]): string {
  const { epoch: number, activeRegion, phase, kind, runId, ledgerEpoch, reason, by, at, healedAt } = record;
  const lines = [
    ['epoch', String(number)],
    ['active region', activeRegion],
    ['phase', `${phase} since ${timeText(at)}`],
    ['healed', healedAt === undefined ? 'not yet: what its ledger lacks is being restored from the journal' : timeText(healedAt)],
    ['made by', `${kind}, ${runId}, asked for by ${by}`],
    ['reason', reason],
    ['ledger epoch', `${ledgerEpoch}: only a ledger with this fence may become primary`],
  ];
  const width = Math.max(...lines.map(([name = '']) => name.length));
  const told = story.length === 0 ? 'It has no story: nothing has moved.' : tableText(['when', 'row', 'because'], story.map((entry) => [timeText(entry.at), entry.row, entry.because]));
  return `${lines.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`).join('\n')}\n\n${told}`;
}
