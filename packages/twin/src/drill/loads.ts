/**
 * The loads of one drill: each of every kind of client at once, beside the script, until the script ends it.
 * Invariant: whatever was begun is in the results, or was abandoned together with the drill.
 */
import { clientKinds, kindsOfClient } from './clients.ts';
import type { ClientKind } from './clients.ts';
import { Load } from './load.ts';
import type { LoadResult } from './load.ts';
import type { RunningTwin } from './running-twin.ts';
import type { RunningLoad } from './stage.ts';

export interface Loaded extends LoadResult {
  /** The first of the script is 1; every kind of client sends in each. */
  readonly load: number;
  readonly client: ClientKind;
}

export interface LoadsOptions {
  readonly twin: Pick<RunningTwin, 'urls'>;
  readonly seed: number;
  /** Of all clients together. */
  readonly ratePerSecond: number;
  /** How long a load goes on after the last step of the script. */
  readonly calmMs: number;
  readonly say: (sentence: string) => void;
}

/** A script that hangs is ended by its own waits long before. */
const LOAD_MAX_MS = 600_000;

export class Loads {
  readonly #options: LoadsOptions;
  readonly #running: Load[] = [];
  readonly #results: Promise<Loaded>[] = [];
  #count = 0;

  constructor(options: LoadsOptions) {
    this.#options = options;
  }

  start(): RunningLoad {
    const { ratePerSecond, calmMs, say } = this.#options;
    const n = (this.#count += 1);
    say(`load ${n}: ${ratePerSecond} payments/s`);
    const begun = clientKinds.map((client) => this.#start(client, n));
    return {
      end: async () => {
        await new Promise((resolve) => setTimeout(resolve, calmMs));
        for (const { load } of begun) load.end();
        const loads = await Promise.all(begun.map(({ result }) => result));
        say(`load ${n} is over: ${sum(loads, ({ acked }) => acked)} payments acknowledged, ${sum(loads, ({ failedCalls }) => failedCalls)} failed calls`);
      },
    };
  }

  abandon(): void {
    for (const load of this.#running) load.abandon();
  }

  results(): Promise<readonly Loaded[]> {
    return Promise.all(this.#results);
  }

  #start(client: ClientKind, n: number): { readonly load: Load; readonly result: Promise<Loaded> } {
    const { twin, seed, ratePerSecond } = this.#options;
    const { retry, sender } = kindsOfClient[client];
    const load = new Load({
      sender: sender(twin.urls), retry, errands: true, ratePerSecond: ratePerSecond / clientKinds.length, durationMs: LOAD_MAX_MS,
      seed: seed + clientKinds.indexOf(client), prefix: `drill-${seed}-${n}-${client}`,
    });
    const result = load.run().then((history) => ({ ...history, load: n, client }));
    this.#running.push(load);
    this.#results.push(result);
    return { load, result };
  }
}

const sum = (loads: readonly Loaded[], figure: (load: Loaded) => number): number => loads.reduce((total, load) => total + figure(load), 0);
