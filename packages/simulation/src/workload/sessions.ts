// Customers that pay one checkout session several times at once, in both regions, some of them with a card that is
// declined. When faults have stopped, a session that is not paid must still be payable.
import { openSession, regions } from '@understudy/core';
import type { Session } from '@understudy/core';
import { ticks } from '../clock/ticks.ts';
import type { History } from '../history.ts';
import type { Ports, Stage } from '../stage.ts';
import { pay } from './payments.ts';
import type { Script } from './script.ts';
import { customer, price, requestOf, shop } from './shop.ts';

const SESSIONS = 2;
const PAYERS = 4;
/** Longer than everybody may be away. */
const LASTS_S = 72 * 3600;

export class SessionWork {
  readonly #stage: Stage;
  readonly #history: History;
  readonly #opened = new Map<number, Session>();
  #later = 0;

  constructor(stage: Stage, history: History) {
    this.#stage = stage;
    this.#history = history;
  }

  get sessions(): readonly Session[] {
    return [...this.#opened.values()];
  }

  script(): Script {
    const { dice } = this.#stage;
    return Array.from({ length: SESSIONS }, (_, n) => n).flatMap((n) => {
      const openAt = dice.integer(400);
      const open = { atTick: openAt, happen: () => void this.#stage.spawn(dice.pick(regions), 'client', (ports) => this.#open(ports, n)) };
      const pays = Array.from({ length: PAYERS }, (_, i) => ({ atTick: openAt + 20 + dice.integer(700), happen: () => this.#pay(n, `s${n}-${i}`) }));
      return [open, ...pays];
    });
  }

  paidBy(session: Session): readonly string[] {
    const payments = this.#stage.world.backstage.journal.payments();
    return payments.filter((payment) => payment.acceptance?.sessionId === session.sessionId && payment.decision?.outcome === 'processed').map((payment) => payment.transactionId);
  }

  /** One more customer for each session that is not paid, with a card that works. */
  tryAgain(): void {
    for (const [n, session] of this.#opened) if (this.paidBy(session).length === 0) this.#pay(n, `s${n}-late${(this.#later += 1)}0`);
  }

  async #open(ports: Ports, n: number): Promise<void> {
    for (let tries = 0; tries < 3; tries += 1) {
      const result = await openSession(ports, shop, { customerId: customer, amount: price, expiresInS: LASTS_S });
      if (result.code === 'opened') {
        this.#opened.set(n, result.session);
        return;
      }
      await ports.clock.sleep(ticks(10));
    }
  }

  #pay(n: number, id: string): void {
    const session = this.#opened.get(n);
    if (!session) return;
    const stage = this.#stage;
    stage.spawn(stage.dice.pick(regions), 'client', (ports) => pay({ stage, history: this.#history, ports }, { ...requestOf(id), sessionId: session.sessionId }));
  }
}
