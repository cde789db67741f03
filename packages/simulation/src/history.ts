// What the checkers know of a life besides what it leaves behind: what clients were told, and what was seen happening
// behind the ports, where no actor looks. Watching changes nothing.
import type { InMemoryLedger } from '@understudy/adapters/in-memory';
import type { World } from '@understudy/adapters/in-memory';
import type { MoveRequest, Payment, Region, Vantage } from '@understudy/core';
import { keyText, peerOf, refundsOf, refundStatusOf, regions, statusOf, witnessRegion } from '@understudy/core';
import { ticks } from './clock/ticks.ts';

/** What was watched. */
type Seen = 'confirmed' | 'moves' | 'votes' | 'keys' | 'purged';

/** How old a vote may be that still counts, by any clock and however late it came. */
const MISSED_MS = ticks(400);

export class History {
  /** Payments, and refunds as `payment#refund`, that a client was told are accepted. */
  readonly acknowledged: Set<string> = new Set();
  readonly #told = new Map<string, Set<string>>();
  /** When each payment was last charged at the acquirer, and when it was decided. */
  readonly chargedAt: Map<string, number> = new Map();
  readonly decidedAt: Map<string, number> = new Map();
  /** Sentences of what was seen happening that may never happen, by the property it breaks. */
  readonly seen: { readonly property: Seen; readonly sentence: string }[] = [];
  /** Every text that was put under a name into a bucket. */
  readonly published: Map<string, Set<string>> = new Map();
  readonly #missed = new Map<string, number>();
  moves = 0;

  see(property: Seen, sentence: string): void {
    this.seen.push({ property, sentence });
  }

  told(name: string): ReadonlySet<string> {
    return this.#told.get(name) ?? new Set();
  }

  tell(name: string, status: string): void {
    if (status !== 'accepted' && status !== 'quarantined') this.#told.set(name, (this.#told.get(name) ?? new Set()).add(status));
  }

  /** Somebody was shown this payment as it stands in the journal. */
  show(payment: Payment): void {
    this.tell(keyText(payment), statusOf(payment));
    for (const refund of refundsOf(payment)) this.tell(`${keyText(payment)}#${refund.refundId}`, refundStatusOf(refund));
  }

  looked(vantage: Vantage, region: Region, look: { readonly reached: boolean; readonly atMs: number }): void {
    if (!look.reached) this.#missed.set(`${vantage}>${region}`, look.atMs);
  }

  /** A detector starts a failover, not one that it resumes, only from a region that the witness missed not long ago, or that has no ledger to settle with. */
  started(vantage: Vantage, { to, runId, fromEpoch }: MoveRequest, at: { readonly atMs: number; readonly world: World }): void {
    const isNew = runId === `failover-${fromEpoch + 1}-${to}`;
    if (!isNew) return;
    const lost = peerOf(to);
    const server = at.world.backstage.ledgers.servers[lost];
    const missedAt = this.#missed.get(`${witnessRegion}>${lost}`) ?? -Infinity;
    if (server.role === 'primary' && server.up && at.atMs - missedAt > MISSED_MS) this.see('votes', `${vantage} takes over from ${lost}, which the witness reaches`);
  }

  watch(world: World): void {
    this.#watchMoney(world);
    this.#watchConfirmations(world);
    this.#watchMoves(world);
    this.#watchBuckets(world);
    for (const server of Object.values(world.backstage.ledgers.servers)) this.#watchPostings(world, server);
  }

  #watchBuckets({ backstage }: World): void {
    for (const region of regions) {
      const { bucket } = backstage.regions[region];
      const put = bucket.putIfAbsent.bind(bucket);
      bucket.putIfAbsent = async (object) => {
        const result = await put(object);
        if (result === 'put') this.published.set(object.key, (this.published.get(object.key) ?? new Set()).add(object.body));
        return result;
      };
    }
  }

  #watchMoney({ clock, backstage: { acquirer, journal } }: World): void {
    const [charge, decide] = [acquirer.charge.bind(acquirer), journal.decide.bind(journal)];
    acquirer.charge = (request) => {
      this.chargedAt.set(keyText(request), clock.now());
      return charge(request);
    };
    journal.decide = (key, decision) => {
      if (!this.decidedAt.has(keyText(key))) this.decidedAt.set(keyText(key), clock.now());
      return decide(key, decision);
    };
  }

  #watchConfirmations({ backstage: { journal, ledgers, epochs } }: World): void {
    const confirm = journal.confirm.bind(journal);
    journal.confirm = async (key, epoch, refunds) => {
      const isConfirmed = await confirm(key, epoch, refunds);
      const [payment, record] = [await journal.read(key), await epochs.read()];
      // Under an older epoch, while a failover begins: whoever takes over is the standby that was asked.
      const isTakenOver = record.epoch === epoch + 1 && record.phase === 'moving' && record.kind === 'failover' && ledgers.servers[record.activeRegion].fence === epoch;
      if (!isConfirmed || !payment || (record.epoch !== epoch && !isTakenOver)) return isConfirmed;
      const standbyRegion = isTakenOver ? record.activeRegion : peerOf(record.activeRegion);
      const [active, standby] = [ledgers.servers[peerOf(standbyRegion)], ledgers.servers[standbyRegion]];
      const see = (sentence: string) => this.see('confirmed', `${keyText(key)}: ${sentence}`);
      if (record.phase === 'open' && !standby.log.every((commit, i) => commit === active.log[i])) see('confirmed by a server on another timeline');
      if (!standby.rows().some((row) => keyText(row.payment) === keyText(key))) see('confirmed, and the standby lacks its row');
      const held = new Set(standby.refundRows().filter((row) => keyText(row.payment) === keyText(key)).map((row) => row.refund.refundId));
      if (refundsOf(payment).some((refund) => !held.has(refund.refundId))) see('confirmed, and the standby lacks a refund\'s row');
      return isConfirmed;
    };
  }

  #watchMoves({ backstage: { epochs, journal, ledgers } }: World): void {
    const compareAndSet = epochs.compareAndSet.bind(epochs);
    epochs.compareAndSet = async (expected, next) => {
      const before = await epochs.read();
      const result = await compareAndSet(expected, next);
      if (!result.won) return result;
      const see = (sentence: string) => this.see('moves', sentence);
      if (next.epoch !== before.epoch && next.epoch !== before.epoch + 1) see(`the epoch went from ${before.epoch} to ${next.epoch}`);
      if (next.epoch > before.epoch) this.moves += 1;
      if (next.healedAt === undefined || before.healedAt !== undefined) return result;
      const rows = new Set(ledgers.servers[next.activeRegion].rows().map((row) => keyText(row.payment)));
      for (const payment of journal.payments()) if (payment.postedEpoch > 0 && payment.acceptance && !rows.has(keyText(payment))) see(`${keyText(payment)}: healed was said of epoch ${next.epoch}, and its row is missing`);
      return result;
    };
  }

  #watchPostings({ backstage: { epochs } }: World, server: InMemoryLedger): void {
    const post = server.post.bind(server);
    server.post = async (epoch, payments) => {
      const result = await post(epoch, payments);
      const record = await epochs.read();
      if (result.code === 'posted' && result.inserted.size > 0 && record.epoch === epoch && record.phase === 'moving') this.see('moves', `settled under epoch ${epoch} while it was moving`);
      return result;
    };
  }
}
