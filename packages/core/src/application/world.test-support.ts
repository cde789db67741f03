// Core's use cases wired to the two in-memory regions, with the small things that every test of them needs.
import { createWorld } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import { minorUnits } from '../domain/money/money.ts';
import { customerId, merchantId, statusOf, transactionId } from '../domain/payment/payment.ts';
import type { Payment, PaymentKey } from '../domain/payment/payment.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import { defaultPaymentPolicy } from '../domain/payment/policy.ts';
import type { PaymentPolicy } from '../domain/payment/policy.ts';
import type { Region } from '../domain/region/region.ts';
import type { Acquirer } from '../ports/acquirer.ts';
import { acceptPayment } from './accept-payment.ts';
import type { Caller, PayPorts } from './accept-payment.ts';
import { rememberActiveRegion } from './active-region.ts';
import type { MovePolicies, MovePorts } from './advance-move.ts';
import { announceThrough } from './announce.ts';
import type { ConfirmPorts } from './confirm.ts';
import type { RefundPorts } from './accept-refund.ts';
import type { ReconcilePolicy } from './reconcile.ts';
import { tellThrough } from './tell.ts';

export { createWorld };
export type { World };

export type RegionPorts = PayPorts & RefundPorts & MovePorts & ConfirmPorts;

export const east: Region = 'us-east-1';
export const other: Region = 'us-east-2';
export const shop: Caller = { merchantId: merchantId('shop'), live: true };

/** Every port that a use case takes, as `region` has it. */
export function portsOf(world: World, region: Region, policy: PaymentPolicy = defaultPaymentPolicy): RegionPorts {
  const own = world.regions[region];
  return {
    region, policy, clock: world.clock, digest: world.digest,
    holds: own.holds, signer: own.signer, journal: own.journal, refunds: own.refunds, epochs: own.epochs, ledger: own.ledger, queue: own.queue, acquirer: own.acquirer, workIndex: own.workIndex, metrics: own.metrics, log: own.log,
    activeRegion: rememberActiveRegion({ epochs: own.epochs, clock: world.clock }, 1000),
    tell: tellThrough(own.alerts, own.log),
    announce: announceThrough(own.events, own.log),
    control: world.control, cluster: world.cluster, moveLog: world.moveLog,
  };
}

export const keyOf = (id: string): PaymentKey => ({ merchantId: shop.merchantId, transactionId: transactionId(id) });

export const requestOf = (id: string, change: Partial<PaymentRequest> = {}): PaymentRequest => ({
  transactionId: transactionId(id), customerId: customerId('customer-1'), amount: { minor: minorUnits(1000n), currency: 'USD' }, paymentMethod: 'pm_visa', ...change,
});

/** Accepts a payment in `region`, which must succeed. */
export async function accepted(world: World, id: string, region: Region = east): Promise<PaymentKey> {
  const result = await acceptPayment(portsOf(world, region), shop, requestOf(id));
  if (result.code !== 'accepted') throw new Error(`${id} was not accepted: ${result.code}`);
  return keyOf(id);
}

/** What the journal really holds, past every break. */
export async function stored(world: World, key: PaymentKey): Promise<Payment> {
  const payment = await world.backstage.journal.read(key);
  if (!payment) throw new Error(`no payment ${key.transactionId}`);
  return payment;
}

export const told = async (world: World, key: PaymentKey): Promise<string> => statusOf(await stored(world, key));

export const rowsIn = (world: World, region: Region): readonly string[] => world.backstage.ledgers.servers[region].rows().map((row) => row.payment.transactionId);

/** Another epoch on the same active region, as a move there and back again leaves it. */
export async function raiseEpoch(world: World): Promise<void> {
  const { epochs, ledgers } = world.backstage;
  const record = await epochs.read();
  const epoch = (record.epoch + 1) as typeof record.epoch;
  await ledgers.raiseFence(record.activeRegion, { from: record.ledgerEpoch, to: epoch });
  await epochs.compareAndSet(record, { ...record, epoch, ledgerEpoch: epoch, at: world.clock.now() });
}

export const alertsOf = (world: World, region: Region = east): readonly string[] => world.backstage.regions[region].alerts.raised.map((alert) => alert.kind);

/** For an acquirer of a test that lets refunds through. */
export const refundsThrough = (acquirer: Acquirer): Pick<Acquirer, 'refund' | 'lookupRefund'> => ({
  refund: (order) => acquirer.refund(order),
  lookupRefund: (refund) => acquirer.lookupRefund(refund),
});

export const noGrace: ReconcilePolicy = { graceMs: 0, settleMax: 1000 };

export const movePolicies: MovePolicies = { move: { plannedPatienceMs: 60_000, plannedLagMaxMs: 5000 }, reconcile: noGrace, waitMs: 1000, healPatienceMs: 120_000 };
