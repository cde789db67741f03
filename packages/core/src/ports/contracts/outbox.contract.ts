// The promises of the Outbox port: what the books hold is told to everybody who was chosen, by one claimant at a time,
// until somebody says that it was told or gives it up; and nothing of it is forgotten except with the ledger itself.
import { assert } from '../../support/assert.ts';
import type { LedgerEvent } from '../../domain/event/ledger-event.ts';
import { epochOf } from '../../domain/region/epoch.ts';
import { epochMs } from '../../domain/time.ts';
import { isPortFault } from '../fault.ts';
import type { Ledger } from '../ledger.ts';
import type { ClaimQuery, Delivery, DeliveryOutcome, Outbox } from '../outbox.ts';
import type { ContractCase } from './contract.ts';
import { decided } from './ledger-samples.ts';
import { cancellation, decline } from './payment-samples.ts';
import { times } from './same-value.ts';
import { casesOf, faultOf } from './with-fixture.ts';

export interface OutboxFixture {
  /** A primary whose fence stands at 1, without rows. */
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  /** Of the other region's server, which follows. */
  readonly standby: Outbox;
  readonly caughtUp: () => Promise<void>;
  /** From now on the primary cannot be reached. */
  readonly cutOff: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const first = epochOf(1);
const start = 1_767_614_400_000;
const at = (ms: number) => epochMs(start + ms);
const LEASE_MS = 10_000;
const query = (ms: number, change: Partial<ClaimQuery> = {}): ClaimQuery => ({ now: at(ms), leaseMs: LEASE_MS, limit: 100, perTarget: 100, ...change });

const namesOf = (events: readonly LedgerEvent[]): string => events.map((event) => `${event.merchantId}#${event.transactionId} ${event.name}`).toSorted().join(', ');
const claimedTexts = (claimed: readonly Delivery[]): string => claimed.map(({ event, target }) => `${event.transactionId}>${target}`).toSorted().join(' ');

/** Posts these payments and makes a delivery of each to each of the targets, due at once. */
async function addressed({ ledger, outbox }: OutboxFixture, ids: readonly string[], targets: readonly string[]): Promise<void> {
  await ledger.post(first, ids.map((id) => decided(id)));
  const events = await outbox.unaddressed({ limit: 1000 });
  await outbox.address(events.map((event) => ({ event, targets })), at(0));
}

async function claimOne(outbox: Outbox, ms: number): Promise<Delivery> {
  const [delivery] = await outbox.claim(query(ms));
  assert(delivery !== undefined, 'something is due');
  return delivery;
}

const addressing: Readonly<Record<string, (fixture: OutboxFixture) => Promise<void>>> = {
  'posted payments -> one event each, with what is told of it; oldest first': async ({ ledger, outbox }) => {
    await ledger.post(first, [decided('a')]);
    await ledger.post(first, [decided('b', { decision: decline }), decided('c', { decision: cancellation }), decided('a', { merchant: 'market' })]);
    const events = await outbox.unaddressed({ limit: 100 });
    assert(namesOf(events) === 'market#a payment.processed, shop#a payment.processed, shop#b payment.failed, shop#c payment.cancelled', 'each has its event');
    assert(namesOf(events.slice(0, 1)) === 'shop#a payment.processed', 'the oldest comes first');
    const facts = events.find((event) => event.transactionId === 'b')?.facts;
    assert(facts?.['amount'] === '12.50' && facts['currency'] === 'EUR' && facts['status'] === 'failed' && facts['code'] === decline.code, 'the outcome is told');
    assert(facts['customer_id'] === 'customer-1' && facts['accepted_region'] === 'us-east-1' && facts['live'] === 'true', 'so is what was accepted');
    assert(facts['decided_at'] === '2026-01-05T12:00:01.000Z' && facts['accepted_at'] === '2026-01-05T12:00:00.000Z', 'so are its times');
  },
  'more than the limit, or only of some payments -> no more than that': async ({ ledger, outbox }) => {
    await ledger.post(first, times(5, (n) => decided(`p${n}`)));
    assert((await outbox.unaddressed({ limit: 3 })).length === 3, 'the limit holds');
    assert(namesOf(await outbox.unaddressed({ limit: 3, keys: [decided('p4'), decided('never'), decided('p4')] })) === 'shop#p4 payment.processed', 'only the asked one, once');
  },
  'merchants left out -> those of the others, however many came before': async ({ ledger, outbox }) => {
    await ledger.post(first, times(5, (n) => decided(`p${n}`)));
    await ledger.post(first, [decided('p1', { merchant: 'market' })]);
    const except = new Set([decided('p1').merchantId]);
    assert(namesOf(await outbox.unaddressed({ limit: 3, except })) === 'market#p1 payment.processed', 'only the other merchant\'s');
    assert((await outbox.unaddressed({ limit: 3, except, keys: [decided('p1')] })).length === 0, 'also when asked for by name');
  },
  'addressed -> a delivery for each target, once, whoever addresses it again': async (fixture) => {
    const { ledger, outbox } = fixture;
    await ledger.post(first, [decided('a'), decided('b')]);
    const events = await outbox.unaddressed({ limit: 100 });
    const given = events.map((event) => ({ event, targets: event.transactionId === 'a' ? ['operators', 'webhook:1'] : [] }));
    await Promise.all(times(4, () => outbox.address(given, at(0))));
    await outbox.address(events.map((event) => ({ event, targets: ['too late'] })), at(0));
    assert((await outbox.unaddressed({ limit: 100 })).length === 0, 'nothing waits for targets');
    assert(claimedTexts(await outbox.claim(query(0))) === 'a>operators a>webhook:1', 'each target once');
  },
};

const claiming: Readonly<Record<string, (fixture: OutboxFixture) => Promise<void>>> = {
  'many claim at once -> each delivery goes to one of them': async (fixture) => {
    await addressed(fixture, times(20, (n) => `p${n}`), ['webhook:1', 'webhook:2']);
    const claims = await Promise.all(times(8, () => fixture.outbox.claim(query(0, { limit: 7 }))));
    const ids = claims.flat().map((delivery) => delivery.id);
    assert(new Set(ids).size === ids.length && ids.length > 0, 'none is claimed twice');
  },
  'a claim that nobody answers for -> nobody else’s until it runs out, then due again': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    const delivery = await claimOne(fixture.outbox, 0);
    assert((await fixture.outbox.claim(query(LEASE_MS - 1))).length === 0, 'it is taken');
    const again = await claimOne(fixture.outbox, LEASE_MS);
    assert(again.id === delivery.id && again.failures === 0, 'a claim that ran out is no failure');
  },
  'many due to one target -> no more than its share, and the others are served': async (fixture) => {
    await addressed(fixture, times(6, (n) => `p${n}`), ['webhook:1', 'webhook:2']);
    const claimed = await fixture.outbox.claim(query(0, { perTarget: 2 }));
    assert(claimed.filter(({ target }) => target === 'webhook:1').length === 2 && claimed.length === 4, 'two of each');
    const rest = await fixture.outbox.claim(query(0, { except: new Set(['webhook:1']) }));
    assert(rest.length === 4 && rest.every(({ target }) => target === 'webhook:2'), 'a target can be left out');
  },
  'only of some payments -> theirs, but not to a target that owes an answer': async (fixture) => {
    const { outbox } = fixture;
    await addressed(fixture, ['a', 'b'], ['webhook:1', 'webhook:2']);
    const early = await outbox.claim(query(0, { keys: [decided('a')] }));
    assert(claimedTexts(early) === 'a>webhook:1 a>webhook:2', 'those of a');
    for (const delivery of early) {
      const failed = { code: 'failed', at: at(1), answer: 'HTTP 500', nextTryAt: at(60_000) } as const;
      await outbox.record(delivery, delivery.target === 'webhook:1' ? failed : { code: 'told', at: at(1), answer: 'HTTP 200' });
    }
    assert(claimedTexts(await outbox.claim(query(2, { keys: [decided('b')] }))) === 'b>webhook:2', 'the troubled one is left to the pass over all');
    assert(claimedTexts(await outbox.claim(query(2))) === 'b>webhook:1', 'which takes it');
  },
};

const recording: Readonly<Record<string, (fixture: OutboxFixture) => Promise<void>>> = {
  'told -> never due again, and listed with what was answered': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    const delivery = await claimOne(fixture.outbox, 0);
    await fixture.outbox.record(delivery, { code: 'told', at: at(5), answer: 'HTTP 204' });
    await fixture.outbox.record(delivery, { code: 'failed', at: at(6), answer: 'time-out', nextTryAt: at(7) });
    assert((await fixture.outbox.claim(query(1_000_000))).length === 0, 'a late failure takes nothing back');
    const [told] = await fixture.outbox.list({ state: 'told', limit: 10 });
    assert(told?.toldAt === at(5) && told.lastAnswer === 'HTTP 204' && told.event.transactionId === 'a', 'it is listed as told');
  },
  'failed -> due again at its time, with one failure more': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    await fixture.outbox.record(await claimOne(fixture.outbox, 0), { code: 'failed', at: at(5), answer: 'HTTP 500', nextTryAt: at(50_000) });
    assert((await fixture.outbox.claim(query(49_999))).length === 0, 'not before');
    assert((await claimOne(fixture.outbox, 50_000)).failures === 1, 'then it is due, and the failure is known');
    const [pending] = await fixture.outbox.list({ state: 'pending', limit: 10 });
    assert(pending?.lastAnswer === 'HTTP 500' && pending.answeredAt === at(5), 'what was answered is listed');
  },
  'a failure of a claim that somebody else has meanwhile -> not counted; told counts': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    const slow = await claimOne(fixture.outbox, 0);
    const later = await claimOne(fixture.outbox, LEASE_MS + 1);
    await fixture.outbox.record(slow, { code: 'dead', at: at(LEASE_MS + 2), answer: 'time-out' });
    assert((await fixture.outbox.list({ state: 'pending', limit: 10 })).length === 1, 'the later claim stands');
    await fixture.outbox.record(slow, { code: 'told', at: at(LEASE_MS + 3), answer: 'HTTP 200' });
    await fixture.outbox.record(later, { code: 'failed', at: at(LEASE_MS + 4), answer: 'HTTP 500', nextTryAt: at(LEASE_MS + 5) });
    assert((await fixture.outbox.list({ state: 'told', limit: 10 })).length === 1, 'told is told');
  },
  'dead -> due to nobody and listed, until it is redelivered with all its tries': async (fixture) => {
    const { outbox } = fixture;
    await addressed(fixture, ['a', 'b'], ['webhook:1']);
    for (const delivery of await outbox.claim(query(0))) await outbox.record(delivery, { code: 'dead', at: at(1), answer: 'HTTP 500' });
    assert((await outbox.claim(query(1_000_000))).length === 0, 'nothing is due');
    const dead = await outbox.list({ state: 'dead', limit: 10 });
    assert(dead.length === 2 && dead.every((one) => one.deadAt === at(1) && one.failures === 1), 'both are listed as dead');
    assert((await outbox.redeliver({ deadOf: [decided('a')] }, at(2))) === 1, 'the one of a payment');
    const revived = await claimOne(outbox, 2);
    assert(revived.event.transactionId === 'a' && revived.failures === 0, 'is due with all its tries');
    await outbox.record(revived, { code: 'told', at: at(3), answer: 'HTTP 200' });
    assert((await outbox.redeliver({ allDead: true }, at(4))) === 1 && claimedTexts(await outbox.claim(query(4))) === 'b>webhook:1', 'all dead ones: the other');
    assert((await outbox.redeliver({ id: revived.id }, at(5))) === 1 && claimedTexts(await outbox.claim(query(5))) === 'a>webhook:1', 'by id also one that was told');
    assert((await outbox.redeliver({ id: '999999' }, at(6))) === 0, 'one that is not there is none');
  },
  'what lost books gave the same id and place -> nothing is told, given up or addressed by it': async (fixture) => {
    const { outbox, ledger } = fixture;
    await addressed(fixture, ['a'], ['webhook:1']);
    const claimed = await claimOne(outbox, 0);
    const lost: LedgerEvent = { ...claimed.event, transactionId: decided('lost').transactionId };
    for (const outcome of [{ code: 'told', at: at(1), answer: 'HTTP 200' }, { code: 'dead', at: at(1), answer: 'HTTP 500' }] as const) {
      await outbox.record({ ...claimed, event: lost }, outcome);
      await outbox.record({ ...claimed, target: 'webhook:2' }, outcome);
      await outbox.record({ ...claimed, id: '999999' }, outcome);
    }
    assert((await outbox.list({ state: 'pending', limit: 10 })).length === 1, 'it is still to be told');
    await ledger.post(first, [decided('b')]);
    const [event] = await outbox.unaddressed({ limit: 10 });
    assert(event !== undefined, 'b waits for its targets');
    await outbox.address([{ event: { ...event, transactionId: lost.transactionId }, targets: [] }], at(2));
    assert(namesOf(await outbox.unaddressed({ limit: 10 })) === 'shop#b payment.processed', 'and still does');
  },
  'list: more than the limit -> the latest ones': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    await addressed(fixture, ['b'], ['webhook:1']);
    const listed = await fixture.outbox.list({ state: 'pending', limit: 1 });
    assert(listed.length === 1 && listed[0]?.event.transactionId === 'b', 'the latest');
  },
  'told long ago -> forgotten, a few at a time, and not addressed anew; due, dead and told later stay': async (fixture) => {
    const { outbox } = fixture;
    await addressed(fixture, ['a', 'b', 'c', 'd', 'e'], ['webhook:1']);
    const claimed = new Map((await outbox.claim(query(0))).map((delivery) => [String(delivery.event.transactionId), delivery]));
    const note = async (id: string, outcome: DeliveryOutcome): Promise<void> => {
      const delivery = claimed.get(id);
      assert(delivery !== undefined, `${id} is claimed`);
      await outbox.record(delivery, outcome);
    };
    for (const [id, ms] of [['a', 1], ['b', 2], ['c', 100]] as const) await note(id, { code: 'told', at: at(ms), answer: 'HTTP 200' });
    await note('d', { code: 'dead', at: at(1), answer: 'HTTP 500' });
    const before = at(100);
    const counts = [await outbox.forget({ before, limit: 1 }), await outbox.forget({ before, limit: 10 }), await outbox.forget({ before, limit: 10 })];
    assert(counts.join() === '1,1,0', 'the two that were told before, one by one');
    const left = (await Promise.all((['told', 'dead', 'pending'] as const).map((state) => outbox.list({ state, limit: 10 })))).flat();
    assert(left.map((one) => one.event.transactionId).join() === 'c,d,e', 'the others stay');
    assert((await outbox.unaddressed({ limit: 10 })).length === 0, 'nobody is chosen again');
    await addressed(fixture, ['f'], ['webhook:1']);
    assert((await outbox.list({ state: 'pending', limit: 10 })).map((one) => one.event.transactionId).join() === 'f,e', 'what comes later is as ever');
  },
  'a standby -> shows what was noted, and takes no claim': async (fixture) => {
    await addressed(fixture, ['a'], ['webhook:1']);
    await fixture.outbox.record(await claimOne(fixture.outbox, 0), { code: 'dead', at: at(1), answer: 'HTTP 500' });
    await fixture.caughtUp();
    assert((await fixture.standby.list({ state: 'dead', limit: 10 })).length === 1, 'the notes follow the ledger');
    assert(isPortFault(await faultOf(fixture.standby.redeliver({ allDead: true }, at(2)))), 'a standby changes nothing');
  },
  'unreachable -> a retryable fault of port ledger': async ({ outbox, cutOff }) => {
    await cutOff();
    const fault = await faultOf(outbox.claim(query(0)));
    assert(isPortFault(fault) && fault.port === 'ledger' && fault.retryable, 'nothing is known');
  },
};

export const outboxContract = (make: () => Promise<OutboxFixture>): readonly ContractCase[] => casesOf(make, { ...addressing, ...claiming, ...recording });
