import type { Checker } from './checker.ts';

export const sessionPaidOnce: Checker = {
  name: 'session paid once',
  promise: 'Of all payments of one session at most one is ever processed.',
  holds: 'always',
  check: ({ sessions, payments }) => sessions.flatMap((session, n) => {
    const paid = payments.filter((payment) => payment.acceptance?.sessionId === session.sessionId && payment.decision?.outcome === 'processed');
    return paid.length > 1 ? [`session ${n}: paid by ${paid.map((payment) => payment.transactionId).join(' and ')}`] : [];
  }),
};
