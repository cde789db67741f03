/**
 * Dead letters and payments that were set aside: look, bring back, throw away, by the use cases of the command line.
 * Invariant: everything is called by the name that the list gives it, and a queue that does not answer keeps its letters.
 */
import { discardLetters, discardPayment, formatAmount, letterName, listLetters, listSetAside, paymentName, redriveLetters, redrivePayment, unlessAway } from '@understudy/core';
import type { DeadLetters, PaymentKey, SetAsidePayment, SetAsideResult } from '@understudy/core';
import type { DeadLetterList, DoneList, SetAsideRow } from '../contract/desk.ts';
import { badRequest, keyIn, ok, textOf } from './answer.ts';
import type { DeskAnswer, DeskRequest } from './answer.ts';
import type { DeskPorts } from './ports.ts';

/** A list for a person; the command line reads further. */
const LETTERS_SHOWN_MAX = 500;
const SET_ASIDE_READS_MAX = 1_000;
/** What one click names. */
const NAMES_MAX = 500;
const REASON_CHARACTERS_MAX = 500;

export async function listDead(ports: DeskPorts): Promise<DeskAnswer> {
  const [held, { payments, complete }] = await Promise.all([
    Promise.all(ports.deadLetters.map(async (of) => ({ of, letters: await unlessAway(() => listLetters(of, LETTERS_SHOWN_MAX)) }))),
    listSetAside(ports, SET_ASIDE_READS_MAX),
  ]);
  const list: DeadLetterList = {
    letters: held.flatMap(({ of, letters = [] }) => letters.map((letter) => ({
      name: letterName(of, letter), queue: of.queue, region: of.region, sentAt: letter.sentAt,
      ...(letter.key && { payment: { merchant: letter.key.merchantId, id: letter.key.transactionId } }),
    }))),
    setAside: payments.map(setAsideRow),
    complete: complete && held.every(({ letters }) => (letters?.length ?? 0) < LETTERS_SHOWN_MAX),
    away: held.filter(({ letters }) => letters === undefined).map(({ of }) => `${of.queue} of ${of.region}`),
  };
  return ok(list);
}

const setAsideRow = (payment: SetAsidePayment): SetAsideRow => ({
  name: paymentName(payment), merchant: payment.merchantId, id: payment.transactionId,
  amount: formatAmount(payment.acceptance.amount), currency: payment.acceptance.amount.currency,
  since: payment.quarantine.at, epoch: payment.quarantine.epoch, reason: payment.quarantine.reason, attempts: payment.attempts,
  ...(payment.decision && { whyNotDiscard: `it is decided: ${payment.decision.outcome}; only trying again can help, once what its ledger refuses is mended` }),
});

export async function redriveDead(ports: DeskPorts, body: DeskRequest['body']): Promise<DeskAnswer> {
  const act = { by: ports.by };
  const chosen = choiceIn(body);
  return doneOf(await onLetters(ports, chosen.letters, (letters, isWanted) => redriveLetters({ ...ports, letters }, isWanted, act)), await onPayments(chosen.payments, (key) => redrivePayment(ports, key, act)));
}

export async function discardDead(ports: DeskPorts, body: DeskRequest['body']): Promise<DeskAnswer> {
  const act = { by: ports.by, reason: textOf(body, 'reason', REASON_CHARACTERS_MAX) };
  const chosen = choiceIn(body);
  return doneOf(await onLetters(ports, chosen.letters, (letters, isWanted) => discardLetters({ ...ports, letters }, isWanted, act)), await onPayments(chosen.payments, (key) => discardPayment(ports, key, act)));
}

interface Choice {
  readonly letters: ReadonlySet<string>;
  readonly payments: readonly PaymentKey[];
}

function choiceIn({ names }: DeskRequest['body']): Choice {
  if (!Array.isArray(names) || names.length === 0 || names.length > NAMES_MAX) throw badRequest(`names must be a list of 1 to ${NAMES_MAX} names`);
  const texts = names.map((name: unknown) => {
    if (typeof name !== 'string' || !/^(letter:[^:]+:[^:]+:.+|payment:[^:]+:.+)$/.test(name)) throw badRequest('each name must be one that the list gives');
    return name;
  });
  return {
    letters: new Set(texts.filter((name) => name.startsWith('letter:'))),
    payments: texts.filter((name) => name.startsWith('payment:')).map((name) => {
      const [, merchant = '', ...id] = name.split(':');
      return keyIn(encodeURIComponent(merchant), encodeURIComponent(id.join(':')));
    }),
  };
}

type Done = DoneList['done'][number];
type LetterWork = (letters: DeadLetters, isWanted: (letter: { readonly id: string }) => boolean) => Promise<readonly { readonly id: string }[]>;

async function onLetters(ports: DeskPorts, wanted: ReadonlySet<string>, work: LetterWork): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const letters of ports.deadLetters) {
    const mine = [...wanted].filter((name) => name.startsWith(`letter:${letters.region}:${letters.queue}:`));
    if (mine.length === 0) continue;
    const acted = await unlessAway(() => work(letters, (letter) => wanted.has(letterName(letters, letter))));
    const names = new Set(acted?.map((letter) => letterName(letters, letter)));
    done.push(...mine.map((name): Done => ({ name, result: !acted ? 'its region does not answer' : names.has(name) ? 'done' : 'there is no such letter any more' })));
  }
  return done;
}

const words: Readonly<Record<SetAsideResult['code'], string>> = {
  done: 'done',
  not_found: 'there is no such payment',
  not_set_aside: 'it is not set aside any more',
  already_decided: 'it is decided; only trying again applies',
};

async function onPayments(keys: readonly PaymentKey[], act: (key: PaymentKey) => Promise<SetAsideResult>): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const key of keys) done.push({ name: paymentName(key), result: words[(await act(key)).code] });
  return done;
}

const doneOf = (...lists: readonly (readonly Done[])[]): DeskAnswer => ok({ done: lists.flat() } satisfies DoneList);
