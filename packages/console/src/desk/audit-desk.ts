/**
 * Runs the audit for the page, one at a time, and remembers the last report. Invariant: it changes nothing, unless asked to
 * give back the charges that the last report found lost; each of those is looked at again before.
 */
import { formatAmount, voidOrphans } from '@understudy/core';
import type { AuditReport, Finding, PaymentKey } from '@understudy/core';
import type { AuditSays, AuditState, AuditTotal } from '../contract/desk.ts';
import { notNow, ok } from './answer.ts';
import type { DeskAnswer } from './answer.ts';
import type { AuditOutcome, DeskPorts } from './ports.ts';

/** Lists of findings are for a person; the command line prints them all. */
const FINDINGS_SHOWN_MAX = 200;

const isLost = ({ code }: Finding): boolean => code === 'orphan_charge' || code === 'duplicate_charge';

export class AuditDesk {
  readonly #ports: DeskPorts;
  #state: AuditState = { state: 'never' };
  #last: { readonly outcome: AuditOutcome; readonly quietMs: number } | undefined;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  state(): DeskAnswer {
    return ok(this.#state);
  }

  start(quietMs: number): DeskAnswer {
    if (this.#state.state === 'running') throw notNow('an audit is under way');
    const startedAt = this.#ports.clock.now();
    this.#state = { state: 'running', startedAt, doing: 'beginning', count: 0 };
    void this.#run(startedAt, quietMs);
    return { status: 202, body: this.#state };
  }

  async #run(startedAt: number, quietMs: number): Promise<void> {
    try {
      const outcome = await this.#ports.audit(quietMs, ({ doing, done }) => (this.#state = { state: 'running', startedAt, doing, count: done }));
      if (!outcome) return void (this.#state = { state: 'failed', startedAt, because: 'the active region changed, or is changing, while it was read; run it again once it is open' });
      this.#last = { outcome, quietMs };
      this.#state = { state: 'done', startedAt, tookMs: this.#ports.clock.now() - startedAt, report: saysOf(outcome) };
    } catch (error) {
      this.#state = { state: 'failed', startedAt, because: error instanceof Error ? error.message : String(error) };
    }
  }

  async voidLost(): Promise<DeskAnswer> {
    if (this.#state.state !== 'done' || !this.#last) throw notNow('run an audit first: it names what is lost');
    const { outcome, quietMs } = this.#last;
    const { journal, operations, clock, acquirer, chargeReport, policy, by } = this.#ports;
    const results = await voidOrphans({
      journal, operations, clock, voids: acquirer, acquirer: chargeReport, ledger: this.#ports.ledgerReport(outcome.epoch.activeRegion),
    }, outcome.findings.filter(isLost), { by, epoch: outcome.epoch, inFlightMs: Math.max(policy.chargeInFlightMs, quietMs) });
    return ok({ done: results.map(({ key, voided, left }) => ({ name: nameOf(key), result: left ?? `gave back ${voided.map((charge) => charge.reference).join(', ')}` })) });
  }
}

const nameOf = (key: PaymentKey): string => `${key.merchantId} ${key.transactionId}`;

const saysOf = ({ epoch, read, compared, inFlight, totals, findings, findingsLeftOut }: AuditOutcome): AuditSays => ({
  epoch: epoch.epoch, activeRegion: epoch.activeRegion, read, compared, inFlight, totals,
  findings: findings.slice(0, FINDINGS_SHOWN_MAX).map(({ merchantId, transactionId, code, detail }) => ({ merchant: merchantId, id: transactionId, code, detail })),
  findingsLeftOut: findingsLeftOut + Math.max(0, findings.length - FINDINGS_SHOWN_MAX),
  orphans: new Set(findings.filter(isLost).map(nameOf)).size,
});

/** Without whole numbers beyond a double, so that it can be sent to another process. */
export const outcomeOf = (report: AuditReport): AuditOutcome => ({ ...report, totals: report.totals.map(plainOf) });

function plainOf({ merchantId, currency, payments, inFlight, setAside, ...sides }: AuditReport['totals'][number]): AuditTotal {
  const text = (side: 'journal' | 'ledger' | 'acquirer'): string => {
    const { count, minor } = sides[side];
    const given = sides.refunded[side];
    const amount = (value: typeof minor) => (currency === '-' ? '' : formatAmount({ minor: value, currency }));
    return currency === '-' ? String(count) : `${amount(minor)} in ${count}${given > 0n ? `, ${amount(given)} given back` : ''}`;
  };
  return { merchant: merchantId, currency, payments, inFlight, setAside, journal: text('journal'), ledger: text('ledger'), acquirer: text('acquirer') };
}
