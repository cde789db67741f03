import { expect, test } from 'vitest';
import { merchantId, transactionId } from '../payment/payment.ts';
import type { Acceptance, Decision, Payment } from '../payment/payment.ts';
import { epochOf } from '../region/epoch.ts';
import { epochMs } from '../time.ts';
import { holdingOf, sessionId, sessionStatus } from './session.ts';
import type { Holding } from './session.ts';

const mine = sessionId('cs_mine');
const acceptance = { sessionId: mine } as unknown as Acceptance;
const decided = (outcome: Decision['outcome']): Pick<Payment, 'decision'> => ({ decision: { outcome } as Decision });
const payment = (change: Partial<Payment>): Payment => ({ merchantId: merchantId('shop'), transactionId: transactionId('t'), postedEpoch: epochOf(0), inWork: true, attempts: 0, ...change });
const posted = { postedEpoch: epochOf(1) };
const purged = { tombstone: {} as NonNullable<Payment['tombstone']>, inWork: false, ...posted };

test.each<[string, Payment | undefined, Holding]>([
  ['never accepted', undefined, 'unseen'],
  ['accepted', payment({ acceptance }), 'held'],
  ['set aside', payment({ acceptance, quarantine: { reason: 'x', at: epochMs(1), epoch: epochOf(1) } }), 'held'],
  ['processed, and not in the books', payment({ acceptance, ...decided('processed') }), 'held'],
  ['processed, and in the books', payment({ acceptance, ...decided('processed'), ...posted }), 'paid'],
  ['processed, and purged', payment({ ...decided('processed'), ...purged }), 'paid'],
  ['failed, and not in the books', payment({ acceptance, ...decided('failed') }), 'free'],
  ['cancelled', payment({ acceptance, ...decided('cancelled') }), 'free'],
  ['failed, and purged', payment({ ...decided('failed'), ...purged }), 'free'],
  ['an id that was spent', payment({ ...decided('cancelled'), inWork: false }), 'free'],
  ['accepted without a session', payment({ acceptance: {} as Acceptance }), 'free'],
  ['processed for another session', payment({ acceptance: { sessionId: sessionId('cs_other') } as unknown as Acceptance, ...decided('processed'), ...posted }), 'free'],
])('session: its holder is %s -> what that means for it', (_what, holder, holding) => {
  expect(holdingOf(holder, mine)).toBe(holding);
});

test('session: its status -> paid for ever, open while it is held, else by its end', () => {
  const at = (now: number) => ({ expiresAt: epochMs(1000), now: epochMs(now) });
  const statuses = (now: number) => (['paid', 'held', 'free', 'unseen', undefined] as const).map((holding) => sessionStatus(holding, at(now)));
  expect(statuses(999)).toEqual(['paid', 'open', 'open', 'open', 'open']);
  expect(statuses(1000)).toEqual(['paid', 'open', 'expired', 'expired', 'expired']);
});
