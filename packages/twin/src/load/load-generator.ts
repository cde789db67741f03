/**
 * The load that somebody ordered from the console. Invariant: it is never on by itself; its process lives from the first
 * order to the stop, and never longer than the twin.
 */
import { clientKinds } from '@understudy/console/contract';
import type { LoadOrder, LoadState, LoadTally } from '@understudy/console/contract';
import { startChild } from '../child.ts';
import type { Child } from '../child.ts';
import type { TrafficOptions } from './traffic.ts';

export class LoadGenerator {
  readonly #logFile: string;
  #child: Promise<Child> | undefined;
  #state: LoadState = { ratePerSecond: 0, clients: clientKinds };
  #closed = false;

  constructor(logFile: string) {
    this.#logFile = logFile;
  }

  state(): LoadState {
    return this.#state;
  }

  async order({ ratePerSecond, clients }: LoadOrder, traffic: Omit<TrafficOptions, 'prefix'>): Promise<LoadState> {
    const { fault: _over, ...before } = this.#state;
    const wanted = clients ?? before.clients;
    if (ratePerSecond === 0) {
      await this.#stop();
      return (this.#state = { ...before, clients: wanted, ratePerSecond: 0 });
    }
    // A new run counts from nothing.
    const isRunning = this.#child !== undefined;
    this.#state = { ...(isRunning ? before : { startedAt: Date.now() }), ratePerSecond, clients: wanted };
    const starting = (this.#child ??= this.#start(traffic));
    const child = await starting.catch((error: unknown) => {
      this.#child = undefined;
      this.#state = { ...this.#state, ratePerSecond: 0 };
      throw error;
    });
    if (this.#closed) await child.kill();
    // The latest order counts, in whatever order they got here.
    else child.send({ ratePerSecond: this.#state.ratePerSecond, clients: this.#state.clients });
    return this.#state;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.then((running) => running.kill()).catch(() => {});
  }

  #start({ apiKey, ...traffic }: Omit<TrafficOptions, 'prefix'>): Promise<Child> {
    return startChild({
      entry: new URL('load.process.ts', import.meta.url), configuration: { ...traffic, prefix: `load-${Date.now().toString(36)}` }, environment: { UNDERSTUDY_API_KEY: apiKey }, logFile: this.#logFile,
      onMessage: (message) => {
        if (message.event === 'tally') this.#state = { ...this.#state, tally: message['tally'] as LoadTally };
      },
      onCrash: (how) => {
        this.#child = undefined;
        this.#state = { ...this.#state, ratePerSecond: 0, fault: `the load ended by itself (${how})` };
      },
    });
  }
}
