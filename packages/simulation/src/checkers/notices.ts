// What merchants are told by webhook: once under one id in the same words, and all of it in the end.
import type { WebhookRequest } from '@understudy/core';
import { keyText, refundsOf } from '@understudy/core';
import type { Checker } from './checker.ts';

interface Notice {
  readonly type: string;
  readonly data: { readonly transaction_id: string; readonly refund_id?: string };
}

const read = (request: WebhookRequest): Notice => JSON.parse(request.body) as Notice;
const subjectOf = ({ data }: Notice): string => (data.refund_id === undefined ? data.transaction_id : `${data.transaction_id}#${data.refund_id}`);

export const noticesAgree: Checker = {
  name: 'notices agree',
  promise: 'Every notice of one event has one id and the same words, and says what was decided.',
  holds: 'always',
  check: ({ world, payments }) => {
    const ids = new Map<string, Set<string>>();
    const words = new Map<string, Set<string>>();
    const decided = new Map(payments.flatMap((payment) => [
      [String(payment.transactionId), payment.decision?.outcome] as const,
      ...refundsOf(payment).map((refund) => [`${payment.transactionId}#${refund.refundId}`, refund.decision?.outcome] as const),
    ]));
    const wrong: string[] = [];
    for (const request of world.backstage.webhooks.sent) {
      const notice = read(request);
      const subject = subjectOf(notice);
      ids.set(subject, (ids.get(subject) ?? new Set()).add(request.id));
      words.set(request.id, (words.get(request.id) ?? new Set()).add(request.body));
      if (!notice.type.endsWith(`.${decided.get(subject) ?? ''}`)) wrong.push(`notice of ${subject}: says ${notice.type}, decided ${decided.get(subject) ?? 'nothing'}`);
    }
    return [
      ...[...ids].filter(([, own]) => own.size > 1).map(([subject, own]) => `notice of ${subject}: told under ${own.size} ids`),
      ...[...words].filter(([, bodies]) => bodies.size > 1).map(([id]) => `notice ${id}: told in different words`),
      ...new Set(wrong),
    ];
  },
};

export const everythingNoticed: Checker = {
  name: 'everything noticed',
  promise: 'Whatever stands in the surviving ledger was told to the endpoint that asked for it, which said so.',
  holds: 'rest',
  check: ({ world, ledger }) => {
    const heard = new Set(world.backstage.webhooks.sent.map((request) => subjectOf(read(request))));
    const subjects = [...ledger.rows().map((row) => String(row.payment.transactionId)), ...ledger.refundRows().map((row) => `${row.payment.transactionId}#${row.refund.refundId}`)];
    return subjects.filter((subject) => !heard.has(subject)).map((subject) => `notice of ${subject}: never told`);
  },
};

export const nothingUntold: Checker = {
  name: 'nothing untold',
  promise: 'Every outcome of an accepted payment or refund is told in the end.',
  holds: 'rest',
  check: ({ payments }) => payments.filter((payment) => payment.acceptance).flatMap((payment) => [
    ...(payment.postedEpoch === 0 ? [`${keyText(payment)}: never told`] : []),
    ...refundsOf(payment).filter((refund) => !refund.posted).map((refund) => `refund ${keyText(payment)}#${refund.refundId}: never told`),
  ]),
};
