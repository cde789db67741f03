// `understudy dlq`: dead letters and payments that were set aside. Everything is called by the name that `list` prints:
// letter:REGION:QUEUE:ID or payment:MERCHANT:TRANSACTION_ID.
import {
  discardLetters, discardPayment, letterName, listLetters, listSetAside, merchantId, paymentName, redriveLetters, redrivePayment, statusOf, transactionId, unlessAway,
} from '@understudy/core';
import type { DeadLetter, DeadLetters, PaymentKey, SetAsidePayment, SetAsideResult } from '@understudy/core';
import { systemClock } from '@understudy/adapters/system';
import type { Connections } from '../connections.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { operatorName } from '../operator-name.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

// --- names ----------------------------------------------------------------------------------------------------------

interface Choice {
  readonly all: boolean;
  readonly letters: ReadonlySet<string>;
  readonly payments: readonly PaymentKey[];
}

function choiceOf(names: readonly string[], all: boolean): Choice {
  if (all === names.length > 0) throw usageFault('name what is meant, as `understudy dlq list` does, or say --all');
  const strange = names.find((name) => !/^(letter:[^:]+:[^:]+:.+|payment:[^:]+:.+)$/.test(name));
  if (strange !== undefined) throw usageFault(`${strange} is no name; \`understudy dlq list\` prints them`);
  return {
    all,
    letters: new Set(names.filter((name) => name.startsWith('letter:'))),
    payments: names.filter((name) => name.startsWith('payment:')).map(keyOf),
  };
}

function keyOf(name: string): PaymentKey {
  const [, merchant = '', ...transaction] = name.split(':');
  return { merchantId: merchantId(merchant), transactionId: transactionId(transaction.join(':')) };
}

/** Long enough for a sentence, short enough for a list. */
const REASON_CHARACTERS_MAX = 500;

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > REASON_CHARACTERS_MAX) throw usageFault(`--reason must be 1 to ${REASON_CHARACTERS_MAX} characters`);
  return reason;
}

// --- looking --------------------------------------------------------------------------------------------------------

interface Held {
  readonly of: DeadLetters;
  /** Undefined: this region does not answer. */
  readonly letters: readonly DeadLetter[] | undefined;
}

const lettersOf = (connections: Connections): Promise<readonly Held[]> =>
  Promise.all(connections.deadLetters.map(async (of) => ({ of, letters: await unlessAway(() => listLetters(of)) })));

const isoTime = (at: number): string => new Date(at).toISOString();

export async function list(desk: Desk): Promise<Answer> {
  const connections = await desk.connect();
  const [held, { payments, complete }] = await Promise.all([lettersOf(connections), listSetAside(connections)]);
  const away = held.filter(({ letters }) => letters === undefined).map(({ of }) => `${of.region}:${of.queue}`);
  const letters = held.flatMap(({ of, letters: found = [] }) => found.map((letter) => letterJson(of, letter)));
  const setAside = payments.map(paymentJson);
  const lines = [
    letters.length === 0 ? 'No dead letters.' : tableText(['dead letter', 'sent', 'payment'], letters.map((each) => [each.name, each.sentAt, each.payment ?? 'none'])),
    '',
    setAside.length === 0 ? 'No payment is set aside.' : tableText(['set aside', 'since', 'epoch', 'why'], setAside.map((each) => [each.name, each.at, String(each.epoch), each.reason])),
    ...(complete ? [] : ['There are more: the walk was ended at its limit.']),
    ...away.map((name) => `${name} does not answer; its letters are not listed.`),
  ];
  const found = letters.length + setAside.length > 0 ? exitCodes.found : exitCodes.ok;
  return { exitCode: away.length > 0 ? exitCodes.unreachable : found, json: { letters, setAside, complete, away }, text: lines.join('\n') };
}

const letterJson = (of: DeadLetters, letter: DeadLetter) => ({ name: letterName(of, letter), sentAt: isoTime(letter.sentAt), ...(letter.key && { payment: paymentName(letter.key) }) });

const paymentJson = (payment: SetAsidePayment) => ({
  name: paymentName(payment), at: isoTime(payment.quarantine.at), epoch: payment.quarantine.epoch, reason: payment.quarantine.reason,
  attempts: payment.attempts, acceptedAt: isoTime(payment.acceptance.acceptedAt),
});

/** A letter says nothing about its payment, so the payment as it stands now is shown beside it. */
export async function show(desk: Desk, _options: object, names: readonly string[]): Promise<Answer> {
  const { letters, payments: [key] } = choiceOf(names, false);
  const [name = ''] = names;
  const connections = await desk.connect();
  const all = letters.size === 0 ? [] : await lettersOf(connections);
  const found = all.flatMap(({ of, letters: held = [] }) => held.map((letter) => ({ ...letterJson(of, letter), key: letter.key }))).find((letter) => letters.has(letter.name));
  if (letters.size > 0 && !found) throw refused(`there is no ${name} any more, or its region does not answer; \`understudy dlq list\` shows what there is`);
  const about = found?.key ?? key;
  const payment = about && (await connections.journal.read(about));
  if (!found && !payment) throw refused(`there is no ${name}`);
  const json = {
    ...(found && { letter: { name: found.name, sentAt: found.sentAt } }),
    ...(payment && {
      payment: {
        name: paymentName(payment), status: statusOf(payment), attempts: payment.attempts, inWork: payment.inWork, postedEpoch: payment.postedEpoch,
        ...(payment.acceptance && { acceptedAt: isoTime(payment.acceptance.acceptedAt), acceptedRegion: payment.acceptance.acceptedRegion, settleBefore: isoTime(payment.acceptance.settleBefore), live: payment.acceptance.live }),
        ...(payment.decision && { decision: payment.decision.outcome, code: payment.decision.code ?? null, decidedAt: isoTime(payment.decision.decidedAt) }),
        ...(payment.quarantine && { setAside: { reason: payment.quarantine.reason, at: isoTime(payment.quarantine.at), epoch: payment.quarantine.epoch } }),
      },
    }),
  };
  return { exitCode: exitCodes.ok, json, text: JSON.stringify(json, undefined, 2) };
}

// --- acting ---------------------------------------------------------------------------------------------------------

interface Done {
  readonly name: string;
  readonly result: 'done' | Exclude<SetAsideResult['code'], 'done'> | 'away';
}

export async function redrive(desk: Desk, { all }: { readonly all?: boolean }, names: readonly string[]): Promise<Answer> {
  const choice = choiceOf(names, all === true);
  const connections = await desk.connect();
  const act = { by: operatorName() };
  const letters = await onLetters(connections, choice, (ports, wanted) => redriveLetters(ports, wanted, act));
  const keys = choice.all ? (await listSetAside(connections)).payments : choice.payments;
  return answerOf('brought back', [...letters, ...(await onPayments(keys, (key) => redrivePayment(portsOf(connections), key, act)))]);
}

export async function discard(desk: Desk, options: { readonly reason: string }, names: readonly string[]): Promise<Answer> {
  const choice = choiceOf(names, false);
  const act = { by: operatorName(), reason: reasonOf(options.reason) };
  const connections = await desk.connect();
  const letters = await onLetters(connections, choice, (ports, wanted) => discardLetters(ports, wanted, act));
  return answerOf('discarded', [...letters, ...(await onPayments(choice.payments, (key) => discardPayment(portsOf(connections), key, act)))]);
}

const portsOf = ({ journal, upkeep, epochs, queue, operations }: Connections) => ({ journal, upkeep, epochs, queue, operations, clock: systemClock });

type LetterWork = (ports: { readonly letters: DeadLetters; readonly operations: Connections['operations']; readonly clock: typeof systemClock }, wanted: (letter: DeadLetter) => boolean) => Promise<readonly DeadLetter[]>;

/** The queues that hold what was chosen, one after the other. A region that does not answer keeps its letters. */
async function onLetters(connections: Connections, choice: Choice, work: LetterWork): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const letters of connections.deadLetters) {
    const mine = [...choice.letters].filter((name) => name.startsWith(`letter:${letters.region}:${letters.queue}:`));
    if (!choice.all && mine.length === 0) continue;
    const acted = await unlessAway(() => work({ letters, operations: connections.operations, clock: systemClock }, (letter) => choice.all || choice.letters.has(letterName(letters, letter))));
    if (!acted) {
      done.push(...(choice.all ? [`${letters.region}:${letters.queue}`] : mine).map((name): Done => ({ name, result: 'away' })));
      continue;
    }
    const names = acted.map((letter) => letterName(letters, letter));
    done.push(...names.map((name): Done => ({ name, result: 'done' })), ...mine.filter((name) => !names.includes(name)).map((name): Done => ({ name, result: 'not_found' })));
  }
  const known = new Set(connections.deadLetters.map(({ region, queue }) => `letter:${region}:${queue}`));
  const strangers = [...choice.letters].filter((name) => !known.has(name.split(':').slice(0, 3).join(':')));
  return [...done, ...strangers.map((name): Done => ({ name, result: 'not_found' }))];
}

async function onPayments(keys: readonly PaymentKey[], act: (key: PaymentKey) => Promise<SetAsideResult>): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const key of keys) done.push({ name: paymentName(key), result: (await act(key)).code });
  return done;
}

const why: Readonly<Record<Exclude<Done['result'], 'done'>, string>> = {
  away: 'its region does not answer; run this again when it does',
  not_found: 'there is no such thing any more',
  not_set_aside: 'it is not set aside, so nothing needs to be done about it',
  already_decided: 'it is decided; only `redrive` applies, once what refuses it in the ledger is mended',
};

function answerOf(what: string, done: readonly Done[]): Answer {
  const lines = done.map(({ name, result }) => (result === 'done' ? `${name}: ${what}` : `${name}: left alone: ${why[result]}`));
  const results = new Set(done.map(({ result }) => result));
  results.delete('done');
  const exitCode: ExitCode = results.has('away') ? exitCodes.unreachable : results.size > 0 ? exitCodes.found : exitCodes.ok;
  return { exitCode, json: { done }, text: lines.length === 0 ? 'There was nothing to do.' : lines.join('\n') };
}
