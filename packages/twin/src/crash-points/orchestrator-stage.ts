/**
 * What the runs with orchestrators share: a merchant who pays all the while, and the verdict over everything so far.
 * Invariant: the load ends with the script, also when that fails, and every payment that it sent is judged.
 */
import { regions } from '@understudy/core';
import type { EpochRecord, Region } from '@understudy/core';
import { activeRegion, check, untilSettled } from '../drill/check.ts';
import type { RunningTwin } from '../drill/running-twin.ts';
import { epochRecordOf } from '../drill/table.ts';
import { globalClusterIdentifier, memberArn } from '../stand-ins/rds/index.ts';
import { Merchant } from './merchant.ts';
import { Orchestrators, runtimeOf } from './orchestrators.ts';
import type { Orchestrator } from './orchestrators.ts';
import { followsIn, until, untilState } from './waits.ts';

/** Light: the moves are what is tried here. */
const PAY_EVERY_MS = 250;
const WATCHED_MAX = 6;

export class OrchestratorStage {
  readonly orchestrators: Orchestrators;
  readonly #twin: RunningTwin;
  readonly #merchant: Merchant;
  #sent = 0;
  #judged = 0;

  constructor(twin: RunningTwin) {
    this.#twin = twin;
    this.orchestrators = new Orchestrators(twin);
    this.#merchant = new Merchant({ urls: twin.urls.regions, apiKey: twin.urls.apiKey });
  }

  /** Payments are sent and looked at while `script` runs. */
  async underLoad(script: () => Promise<void>): Promise<void> {
    let over = false;
    const sending: Promise<void>[] = [];
    const paying = (async () => {
      while (!over) {
        const id = `paid-${(this.#sent += 1)}`;
        const region = regions[this.#sent % regions.length] ?? regions[0];
        sending.push(this.#sent % 4 < 2 ? this.#merchant.accept(id, region) : this.#merchant.process(id, region));
        void this.#merchant.look(this.#merchant.payments.slice(-WATCHED_MAX).map((payment) => payment.transactionId));
        await new Promise((resolve) => setTimeout(resolve, PAY_EVERY_MS));
      }
    })();
    try {
      await script();
    } finally {
      over = true;
      await paying;
      await Promise.all(sending);
    }
  }

  /** Everything that is wrong, over all that was ever sent. What was looked at before is not read again: its status is final. */
  async judge(): Promise<readonly string[]> {
    const unsettled = await untilSettled(this.#twin, this.#merchant.payments);
    await this.#merchant.look(this.#merchant.payments.slice(this.#judged).map((payment) => payment.transactionId));
    this.#judged = this.#merchant.payments.length;
    const rows = await this.#twin.ledger(await activeRegion(this.#twin));
    const { broken } = await check(this.#twin, this.#merchant.payments);
    return [...broken, ...this.#merchant.contradictions, ...this.#merchant.unlike(rows), ...(unsettled > 0 ? [`${unsettled} acknowledged payments are not in the books`] : [])];
  }

  record(): Promise<EpochRecord> {
    return epochRecordOf(this.#twin);
  }

  async restore(region: Region): Promise<void> {
    await this.#twin.region(region, 'restore');
    await this.untilFollows(region);
  }

  async untilFollows(region: Region): Promise<void> {
    await untilState(this.#twin, `${region} follows as a standby`, followsIn(region));
  }

  /** As an orchestrator orders it, without asking the record. */
  async orderCluster(action: 'FailoverGlobalCluster' | 'SwitchoverGlobalCluster', to: Region): Promise<void> {
    const { environment } = await runtimeOf(this.#twin, to);
    const body = new URLSearchParams({
      Action: action, Version: '2014-10-31', GlobalClusterIdentifier: globalClusterIdentifier, TargetDbClusterIdentifier: memberArn(to),
      ...(action === 'FailoverGlobalCluster' ? { AllowDataLoss: 'true' } : {}),
    });
    const answer = await fetch(environment['RDS_ENDPOINT'] ?? '', { method: 'POST', body });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
  }

  untilFrozen(orchestrator: Orchestrator): Promise<void> {
    return until('the orchestrator is frozen', async () => orchestrator.point !== undefined);
  }

  async stop(): Promise<void> {
    await this.orchestrators.stop();
  }
}
