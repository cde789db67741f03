// Bringing a payment back on day 10 over the real sandbox, which forgets its keys: whoever settles looks before it
// charges, so the acquirer's record shows one charge or none, never two.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpAcquirer } from '@understudy/adapters/acquirer';
import { createWorld, InMemoryOperationLog } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { defaultPaymentPolicy, discardPayment, epochMs, merchantId, minorUnits, redrivePayment, settlePayments, statusOf, transactionId, customerId } from '@understudy/core';
import type { PaymentPolicy, SettlePorts } from '@understudy/core';
import { createAcquirer } from './acquirer.ts';
import type { Acquirer } from './acquirer.ts';
import type { RecordEntry } from './record.ts';

const DAY_MS = 86_400_000;
const key = { merchantId: merchantId('shop'), transactionId: transactionId('late') };
const amount = { minor: minorUnits(1000n), currency: 'USD' };

let dataDir: string;
let sandbox: Acquirer;
let url: string;
let world: World;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'understudy-acquirer-'));
  world = await createWorld({ seed: 1 });
  sandbox = createAcquirer({ dataDir, now: () => world.clock.now() });
  url = `http://127.0.0.1:${await sandbox.listen(0)}`;
});

afterEach(async () => {
  await sandbox.close();
  await rm(dataDir, { recursive: true, force: true });
});

const behave = (mode: string) => fetch(`${url}/behaviour`, { method: 'POST', body: JSON.stringify({ mode }) });
const charges = async () => ((await (await fetch(`${url}/charges`)).json()) as readonly RecordEntry[]).map(({ charges: made, voids }) => ({ made, voids }));

function settling(policy: PaymentPolicy): SettlePorts {
  const own = world.regions['us-east-1'];
  return {
    region: 'us-east-1', policy, clock: world.clock, digest: world.digest, log: own.log, metrics: own.metrics, tell: async () => true, announce: async () => {},
    journal: own.journal, refunds: own.refunds, epochs: own.epochs, ledger: own.ledger, acquirer: createHttpAcquirer({ baseUrl: url }),
  };
}

/** Accepted on day 0 and set aside; when `charged`, the acquirer took the money and its answer was lost. */
async function setAside(charged: boolean, policy: PaymentPolicy): Promise<void> {
  const acceptedAt = world.clock.now();
  await world.journal.accept(key, {
    customerId: customerId('c'), amount, fingerprint: 'f', acceptedAt, acceptedRegion: 'us-east-1', settleBefore: epochMs(acceptedAt + policy.settleWithinMs), live: false,
  });
  if (charged) {
    await fetch(`${url}/v1/charges`, { method: 'POST', headers: { 'idempotency-key': world.digest('shop#late') }, body: JSON.stringify({ merchant_id: 'shop', transaction_id: 'late', amount_minor: '1000', currency: 'USD', live: false }) });
  }
  await world.journal.recordFault(key, { reason: 'a fault of its own', at: acceptedAt, epoch: (await world.epochs.read()).epoch });
  world.clock.advance(10 * DAY_MS);
  await behave('expire_keys');
}

const desk = () => ({ journal: world.journal, upkeep: world.backstage.journal, epochs: world.epochs, queue: world.backstage.queues, operations: new InMemoryOperationLog(), clock: world.clock });

async function settleTwice(policy: PaymentPolicy): Promise<string> {
  for (let round = 1; round <= 2; round += 1) {
    await settlePayments(settling(policy), [key]);
    world.clock.advance(policy.chargeInFlightMs);
  }
  const payment = await world.journal.read(key);
  return payment ? statusOf(payment) : 'none';
}

describe('late redrive', () => {
  const patient = { ...defaultPaymentPolicy, settleWithinMs: 30 * DAY_MS };

  test.each([
    ['past settle_before, charged on day 0 (S-80)', true, defaultPaymentPolicy, 'processed', [{ made: 1, voids: 0 }]],
    ['past settle_before, never charged (S-80)', false, defaultPaymentPolicy, 'failed', []],
    ['still in time, charged under a key that is forgotten (S-90)', true, patient, 'processed', [{ made: 1, voids: 0 }]],
    ['still in time, never charged (S-90)', false, patient, 'processed', [{ made: 1, voids: 0 }]],
  ])('%s -> at most one charge', async (_what, charged, policy, status, record) => {
    await setAside(charged, policy);
    expect(await redrivePayment(desk(), key, { by: 'tester' })).toEqual({ code: 'done' });
    expect(await settleTwice(policy)).toBe(status);
    expect(await charges()).toEqual(record);
  });

  test('given up on day 10, charged on day 0 -> failed, and the money is back', async () => {
    await setAside(true, defaultPaymentPolicy);
    expect(await discardPayment(desk(), key, { by: 'tester', reason: 'too late' })).toEqual({ code: 'done' });
    world.clock.advance(defaultPaymentPolicy.chargeInFlightMs);
    expect(await settleTwice(defaultPaymentPolicy)).toBe('failed');
    expect(await charges()).toEqual([{ made: 1, voids: 1 }]);
  });
});
