// `understudy failover|failback|approve`: ask for a move of the active role, and watch it to its end.
// Invariant: a request carries the epoch it was made under, so one that comes late moves nothing; the workflow is started
// in the region that takes over and nowhere else, so that a lost region is not needed.
import { systemClock } from '@understudy/adapters/system';
import { detect, isPortFault, nextEpoch, oldestUnpostedAgeMs, peerOf, primaryRegion } from '@understudy/core';
import type { Detection, EpochRecord, MoveKind, MoveRequest, Region } from '@understudy/core';
import type { Connections } from '../connections.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import type { Answer, Desk } from '../verb.ts';
import { secondsText, watchMove } from '../watch-move.ts';
import type { MoveOutcome } from '../watch-move.ts';

const REASON_CHARACTERS_MAX = 200;

interface Options {
  readonly to?: Region;
  readonly reason: string;
  readonly yes?: boolean;
}

export async function failover(desk: Desk, options: Options): Promise<Answer> {
  const reason = reasonOf(options.reason);
  const connections = await desk.connect();
  const record = await connections.epochs.read();
  return moveAndWatch(desk, connections, { record, kind: 'failover', to: options.to ?? peerOf(record.activeRegion), reason, yes: options.yes === true });
}

export async function failback(desk: Desk, options: Options): Promise<Answer> {
  const reason = reasonOf(options.reason);
  const connections = await desk.connect();
  return moveAndWatch(desk, connections, { record: await connections.epochs.read(), kind: 'planned', to: primaryRegion, reason, yes: options.yes === true });
}

export async function approve(desk: Desk, options: Options): Promise<Answer> {
  const reason = reasonOf(options.reason);
  const connections = await desk.connect();
  if (connections.addresses.failoverPolicy === 'automatic') throw refused('the policy is automatic: nobody is asked, the detectors move by themselves once two agree. To move now: `understudy failover`');
  const record = await connections.epochs.read();
  if (record.phase === 'moving') throw refused(`a move to ${record.activeRegion} is under way already; see \`understudy epoch\``);
  const asked = await whatTheDetectorSays(connections, record);
  if (asked.action !== 'ask_approval') throw refused(`nobody asks for a failover of ${record.activeRegion} now: ${asked.because} (${asked.row}). To move all the same: \`understudy failover\``);
  return moveAndWatch(desk, connections, { record, kind: 'failover', to: peerOf(record.activeRegion), reason: `${asked.row}: ${asked.because}; ${reason}`, yes: options.yes === true });
}

/** The same table the detector of the other region decides by, over the votes that stand: an old vote is none. */
async function whatTheDetectorSays(connections: Connections, record: EpochRecord): Promise<Detection> {
  const me = peerOf(record.activeRegion);
  const votes = (await connections.votes.list()).filter((vote) => vote.about === record.activeRegion);
  const mine = votes.find((vote) => vote.vantage === me);
  const now = systemClock.now();
  const policy = connections.detectPolicy;
  if (!mine || Math.abs(now - mine.at) > policy.viewFreshMs) throw refused(`the detector in ${me} has not voted on ${record.activeRegion} lately; look at it, and if the region is lost use \`understudy failover\``);
  const { workIndex, journal } = connections;
  return detect({
    me, now, record, mine, policy, others: votes.filter((vote) => vote.vantage !== me),
    oldestUnpostedAgeMs: await oldestUnpostedAgeMs({ workIndex, journal, clock: systemClock }, record),
    ableToTakeOver: await isAbleToTakeOver(connections, record, me),
  });
}

async function isAbleToTakeOver({ ledgerControl }: Connections, record: EpochRecord, region: Region): Promise<boolean> {
  try {
    const { fence } = await ledgerControl.status(region);
    return fence >= record.ledgerEpoch && fence <= record.epoch;
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return false;
  }
}

interface Wanted {
  readonly record: EpochRecord;
  readonly kind: MoveKind;
  readonly to: Region;
  readonly reason: string;
  readonly yes: boolean;
}

async function moveAndWatch(desk: Desk, connections: Connections, wanted: Wanted): Promise<Answer> {
  const { record, kind, to } = wanted;
  if (record.activeRegion === to) throw refused(record.phase === 'open' ? `${to} is the active region already` : `a move to ${to} is under way already; see \`understudy status\``);
  const start = connections.starter(to);
  const consequence = kind === 'failover'
    ? `${to} becomes active in place of ${record.activeRegion} with what its ledger has; what it lacks is restored from the journal. Acceptance goes on, outcomes pause.`
    : `${record.activeRegion} drains, then ${to} becomes active. Nothing is lost; acceptance goes on, outcomes pause. It turns back if it cannot drain.`;
  if (!wanted.yes && !(await desk.confirm(consequence))) throw refused('nothing was started');
  const asked = requestOf(wanted);
  // Of an earlier try of the same run; a twin names each anew.
  const before = (await connections.moveLog.read(asked.runId)).length;
  const request = await start(asked);
  const told = request.runId === asked.runId ? before : 0;
  desk.onStop(() => 'no longer watched; the move goes on by itself, see `understudy epoch`');
  desk.say(`asked ${to} for ${request.runId}`);
  const { epochs, moveLog } = connections;
  return answerOf(request, await watchMove({ epochs, moveLog, say: desk.say }, request, told));
}

/** The run is named by its epoch: the command given twice, or again after a lost answer, is one move. */
const requestOf = ({ record, kind, to, reason }: Wanted): MoveRequest => ({
  to, kind, fromEpoch: record.epoch, by: operatorName(), reason,
  runId: `${kind === 'planned' ? 'failback' : 'failover'}-${nextEpoch(record.epoch)}-${to}-by-hand`,
});

function answerOf(request: MoveRequest, outcome: MoveOutcome): Answer {
  const phases = outcome.phases.map(({ name, afterMs }) => `${secondsText(afterMs)}  ${name.replace('_', ' ')}`);
  return {
    exitCode: { healed: exitCodes.ok, refused: exitCodes.found, turned_back: exitCodes.found, unknown: exitCodes.unreachable }[outcome.end],
    json: { request, end: outcome.end, phases: outcome.phases, because: outcome.because ?? null, epoch: outcome.record ?? null },
    text: [endText(request, outcome), ...phases].join('\n'),
  };
}

function endText({ to }: MoveRequest, { end, because }: MoveOutcome): string {
  switch (end) {
    case 'healed':
      return `${to} is active and healed.`;
    case 'refused':
      return `The move was refused: ${because ?? 'see the log of orchestrate'}.`;
    case 'turned_back':
      return `The move to ${to} was turned back: ${because ?? 'see the log of orchestrate'}.`;
    case 'unknown':
      return `The move to ${to} is not seen to have ended. It goes on by itself; see \`understudy status\`. The same command again does no harm.`;
  }
}

function reasonOf(reason: string): string {
  if (reason === '' || reason.length > REASON_CHARACTERS_MAX) throw usageFault(`--reason must have 1 to ${REASON_CHARACTERS_MAX} characters`);
  return reason;
}
