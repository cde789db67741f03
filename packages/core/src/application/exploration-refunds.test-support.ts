// The refunds of a random life: asked for through both regions, more in sum than was charged, some of them declined, all
// through its troubles. What must hold of them at the end is checked here, and nothing but that.
import { keyText } from '../domain/payment/payment.ts';
import type { Dice } from '../domain/random.test-support.ts';
import { peerOf } from '../domain/region/region.ts';
import { refundedMinor, refundId, refundsOf, refundStatusOf } from '../domain/refund/refund.ts';
import type { RefundId } from '../domain/refund/refund.ts';
import { sendHint } from './accept-payment.ts';
import { acceptRefund, readRefunds } from './accept-refund.ts';
import type { Stage } from './stage.test-support.ts';
import { east, keyOf, other, shop } from './world.test-support.ts';
import type { RegionPorts } from './world.test-support.ts';

/** Of a payment of 10.00: two fit. */
const AMOUNT = '4.00';
const PER_PAYMENT = 4;

export class RefundsOfLife {
  readonly #stage: Stage;
  readonly #dice: Dice;
  readonly #acknowledged = new Set<string>();
  readonly #told = new Map<string, Set<string>>();
  readonly #violations: string[] = [];

  /** `dice` of its own, so that a life without refunds stays as it was. */
  constructor(stage: Stage, dice: Dice) {
    this.#stage = stage;
    this.#dice = dice;
    this.#watchConfirmations();
    stage.world.backstage.acquirer.behave({ mode: 'decline', match: (key) => 'refundId' in key && String(key.refundId).endsWith('3') });
  }

  /** `cut`: replication between the ledgers stands still, or goes on; while it does, refunds come that the standby cannot see. */
  script(payments: readonly string[], cut: (isCut: boolean) => void): readonly { readonly at: number; readonly happen: () => void }[] {
    const dice = this.#dice;
    const cutAt = 400 + dice.integer(700);
    const cuts = [{ at: cutAt, happen: () => cut(true) }, { at: cutAt + 150 + dice.integer(150), happen: () => cut(false) }];
    const asked = payments.flatMap((payment) => Array.from({ length: PER_PAYMENT }, (_, n) => ({ payment, id: refundId(`r${n}`) }))).flatMap(({ payment, id }) => {
      const at = 60 + dice.integer(1300);
      const regions = dice.chance(0.3) ? [east, other] : [dice.pick([east, other])];
      const ask = regions.map((region) => ({ at: at + dice.integer(40), happen: () => void this.#stage.spawn(region, 'client', (ports) => this.#ask(ports, payment, id)) }));
      const look = { at: at + dice.integer(300), happen: () => void this.#stage.spawn(dice.pick([east, other]), 'client', (ports) => this.#look(ports, payment)) };
      return [...ask, look];
    });
    return [...cuts, ...asked];
  }

  /** What leaves work is in both ledgers. */
  #watchConfirmations(): void {
    const { journal, ledgers, epochs } = this.#stage.world.backstage;
    const confirmItem = journal.confirm.bind(journal);
    journal.confirm = async (key, epoch, refunds) => {
      const isConfirmed = await confirmItem(key, epoch, refunds);
      const [payment, record] = [await journal.read(key), await epochs.read()];
      const held = new Set(ledgers.servers[peerOf(record.activeRegion)].refundRows().filter((row) => keyText(row.payment) === keyText(key)).map((row) => row.refund.refundId));
      const lacks = payment && refundsOf(payment).some((refund) => !held.has(refund.refundId));
      if (isConfirmed && record.epoch === epoch && lacks) this.#violations.push(`refund of ${keyText(key)}: confirmed, and the standby lacks its row`);
      return isConfirmed;
    };
  }

  async #ask(ports: RegionPorts, payment: string, id: RefundId): Promise<void> {
    const { transactionId } = keyOf(payment);
    // A merchant whose payment is not told yet comes back.
    for (let tries = 0; tries < 5; tries += 1) {
      const result = await acceptRefund(ports, shop, { transactionId, request: { refundId: id, amount: AMOUNT } });
      if (result.code === 'accepted') {
        this.#acknowledged.add(`${keyText(keyOf(payment))}#${id}`);
        if (this.#dice.chance(0.8)) await sendHint(ports, keyOf(payment));
      }
      if (result.code !== 'not_refundable' && result.code !== 'unavailable' && result.code !== 'not_found') return;
      await ports.clock.sleep(20 + this.#dice.integer(80));
    }
  }

  async #look(ports: RegionPorts, payment: string): Promise<void> {
    const read = await readRefunds(ports, shop, keyOf(payment).transactionId);
    if (read.code !== 'found') return;
    for (const refund of read.refunds) {
      const [text, status] = [`${keyText(keyOf(payment))}#${refund.refundId}`, refundStatusOf(refund)];
      if (status !== 'accepted') this.#told.set(text, (this.#told.get(text) ?? new Set()).add(status));
    }
  }

  /** What must hold in the ledger that survives. */
  async check(): Promise<readonly string[]> {
    const { journal, acquirer, ledgers, epochs } = this.#stage.world.backstage;
    const ledger = ledgers.servers[(await epochs.read()).activeRegion];
    const violations = [...this.#violations];
    const known = new Set<string>();
    for (const payment of journal.payments()) {
      const text = keyText(payment);
      const charged = payment.acceptance?.amount.minor ?? 0n;
      const givenBack = acquirer.refunds().filter((record) => keyText(record) === text && record.outcome === 'approved').reduce((sum, record) => sum + record.amount.minor, 0n);
      const wanted = refundsOf(payment).filter((refund) => refund.decision?.outcome === 'processed').reduce((sum, refund) => sum + refund.amountMinor, 0n);
      if (refundedMinor(payment) > charged || givenBack > charged) violations.push(`${text}: more was given back than was charged`);
      if (givenBack !== wanted) violations.push(`${text}: given back ${givenBack}, decided ${wanted}`);
      for (const refund of refundsOf(payment)) {
        const name = `${text}#${refund.refundId}`;
        known.add(name);
        const outcome = refund.decision?.outcome;
        const rows = ledger.refundRows().filter((row) => keyText(row.payment) === text && row.refund.refundId === refund.refundId);
        if (rows.length !== 1) violations.push(`refund ${name}: ${rows.length} rows in the surviving ledger (${outcome ?? 'undecided'}, ${refund.posted ? 'told' : 'not told'})`);
        if (rows.some((row) => row.refund.decision.outcome !== outcome)) violations.push(`refund ${name}: its row is not its decision`);
        const net = acquirer.netRefunds(payment, refund.refundId);
        if (net !== (outcome === 'processed' ? 1 : 0)) violations.push(`refund ${name}: ${outcome ?? 'undecided'} and given back ${net} times`);
        if (!refund.posted) violations.push(`refund ${name}: never told`);
        const heard = new Set([...(this.#told.get(name) ?? []), ...(outcome ? [outcome] : [])]);
        if (heard.size > 1) violations.push(`refund ${name}: told ${[...heard].join(' and ')}`);
      }
    }
    for (const name of this.#acknowledged) if (!known.has(name)) violations.push(`refund ${name}: acknowledged and not in the journal`);
    return violations;
  }

  get accepted(): number {
    return this.#acknowledged.size;
  }
}
