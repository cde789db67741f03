// `understudy status`: who is active, and what each ledger says of itself. Changes nothing.
import type { LedgerStatus, Region } from '@understudy/core';
import { isPortFault, regions } from '@understudy/core';
import type { Connections } from '../connections.ts';
import { exitCodes } from '../exit.ts';
import type { Answer, Desk } from '../verb.ts';

export const status = async (desk: Desk): Promise<Answer> => answerOf(await look(await desk.connect()));

type Ledgers = Readonly<Record<Region, LedgerStatus | undefined>>;
type Look = Awaited<ReturnType<typeof look>>;

async function look(connections: Connections) {
  const record = await connections.epochs.read();
  const [east1, east2] = await Promise.all(regions.map((region) => ledgerOf(connections, region)));
  const ledgers: Ledgers = { 'us-east-1': east1, 'us-east-2': east2 };
  return { record, ledgers };
}

/** A ledger that does not answer is what the person wants to know, not a failure of the command. */
export async function ledgerOf(connections: Connections, region: Region): Promise<LedgerStatus | undefined> {
  try {
    return await connections.ledgerControl.status(region);
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}

function answerOf({ record, ledgers }: Look): Answer {
  const healed = record.healedAt !== undefined;
  const quiet = record.phase === 'open' && healed && regions.every((region) => ledgers[region] !== undefined);
  const lines = [
    `epoch ${record.epoch}: ${record.activeRegion} is active, ${record.phase}${healed ? '' : ', not healed yet'} (${record.kind}, ${record.runId})`,
    ...regions.map((region) => `${region} ledger: ${ledgerText(ledgers[region])}`),
  ];
  return { exitCode: quiet ? exitCodes.ok : exitCodes.found, json: { epoch: record, ledgers: nullsOf(ledgers) }, text: lines.join('\n') };
}

const nullsOf = (ledgers: Ledgers): object => Object.fromEntries(regions.map((region) => [region, ledgers[region] ?? null]));

export const ledgerText = (ledger: LedgerStatus | undefined): string => {
  if (!ledger) return 'does not answer';
  return `${ledger.role}, fence ${ledger.fence}${ledger.lagMs === undefined ? '' : `, ${ledger.lagMs} ms behind`}`;
};
