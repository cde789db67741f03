// `understudy regions`: both regions side by side, as somebody outside both sees them. Changes nothing.
// Invariant: what does not answer is said to be away; nothing that one region lacks keeps the other from being shown.
import { isPortFault, listLetters, regions } from '@understudy/core';
import type { EpochRecord, LedgerStatus, Region, Vote } from '@understudy/core';
import type { Addresses } from '../addresses.ts';
import type { Connections } from '../connections.ts';
import { exitCodes } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';
import { ledgerOf, ledgerText } from './status.ts';

/** A region that is well answers within half a second; its own limit for the canary write is one. */
const HEALTH_MS = 3000;

export async function regionsSideBySide(desk: Desk): Promise<Answer> {
  const connections = await desk.connect();
  const [record, votes] = await Promise.all([connections.epochs.read(), connections.votes.list()]);
  const views = await Promise.all(regions.map((region) => viewOf(connections, { region, record, votes })));
  return {
    exitCode: views.every(isWell) ? exitCodes.ok : exitCodes.found,
    json: { epoch: record.epoch, regions: views.map((view) => ({ ...view, ledger: view.ledger ?? null, deadLetters: view.deadLetters ?? null })) },
    text: tableText(['region', 'role', 'api', 'ledger', 'dead letters', 'seen by the detectors'], views.map(rowOf)),
  };
}

interface View {
  readonly region: Region;
  readonly role: 'active' | 'moving here' | 'standby';
  readonly api: string;
  readonly isLatched: boolean;
  readonly ledger: LedgerStatus | undefined;
  readonly deadLetters: number | undefined;
  readonly votes: readonly Vote[];
}

interface About {
  readonly region: Region;
  readonly record: EpochRecord;
  readonly votes: readonly Vote[];
}

async function viewOf(connections: Connections, { region, record, votes }: About): Promise<View> {
  const [api, ledger, deadLetters] = await Promise.all([healthOf(connections.addresses, region), ledgerOf(connections, region), lettersIn(connections, region)]);
  const isActive = record.activeRegion === region;
  return {
    region, api, ledger, deadLetters,
    role: isActive ? (record.phase === 'open' ? 'active' : 'moving here') : 'standby',
    // The DNS primary sends clients away until the failback, and is well all the same.
    isLatched: !isActive && api === 'unhealthy: not_active',
    votes: votes.filter((vote) => vote.about === region),
  };
}

async function healthOf({ api }: Addresses, region: Region): Promise<string> {
  if (!api) return 'no address';
  try {
    const response = await fetch(`${api.regions[region]}/health`, { signal: AbortSignal.timeout(HEALTH_MS) });
    const body = (await response.json()) as { readonly status?: unknown; readonly reason?: unknown };
    return `${String(body.status)}${typeof body.reason === 'string' ? `: ${body.reason}` : ''}`;
  } catch {
    return 'does not answer';
  }
}

async function lettersIn({ deadLetters }: Connections, region: Region): Promise<number | undefined> {
  try {
    const held = await Promise.all(deadLetters.filter((each) => each.region === region).map((each) => listLetters(each)));
    return held.flat().length;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}

const isWell = ({ api, isLatched, ledger, deadLetters }: View): boolean => (api === 'healthy' || isLatched) && ledger !== undefined && deadLetters === 0;

const voteText = ({ vantage, failures, critical }: Vote): string => {
  if (critical !== undefined) return `${vantage}: ${critical}`;
  return failures === 0 ? `${vantage}: well` : `${vantage}: ${failures} failures`;
};

const rowOf = ({ region, role, api, ledger, deadLetters, votes }: View): readonly string[] => [
  region, role, api, ledgerText(ledger), deadLetters === undefined ? 'does not answer' : String(deadLetters), votes.map(voteText).join(', ') || 'nobody looks at it',
];
