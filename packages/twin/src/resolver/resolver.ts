/**
 * What a client with nothing but DNS sees: Route 53 failover records in front of two regions.
 *
 * Invariant: what clients see now is what DNS answered `ttlMs` ago; a new connection goes there, healthy or not, and an
 * existing one stays where it is. With both regions unhealthy DNS answers PRIMARY.
 * It never retries, never moves a connection and knows nothing of epochs: clients that want more use the library.
 */
import { Relay } from '../switchboard/relay.ts';
import { HealthCheck } from './health-check.ts';

export interface ResolverRegion {
  readonly region: string;
  /** Where the traffic goes. */
  readonly port: number;
  /** Where the checker asks, when that is a link of its own. */
  readonly healthPort?: number;
}

export type ResolverChange =
  | { readonly kind: 'health'; readonly region: string; readonly healthy: boolean }
  | { readonly kind: 'region'; readonly region: string; readonly since: number };

export interface ResolverOptions {
  readonly primary: ResolverRegion;
  readonly secondary: ResolverRegion;
  readonly intervalMs: number;
  readonly threshold: number;
  readonly timeoutMs: number;
  readonly ttlMs: number;
  readonly onChange?: (change: ResolverChange) => void;
  readonly firstByteTimeoutMs?: number;
  readonly connectionsMax?: number;
}

export interface ResolverState {
  /** What clients see now. */
  readonly region: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly healthy: Readonly<Record<string, boolean>>;
}

export type Role = 'primary' | 'secondary';

/** The failover records: which one DNS answers. */
export function answer(healthy: Readonly<Record<Role, boolean>>): Role {
  return !healthy.primary && healthy.secondary ? 'secondary' : 'primary';
}

export class Resolver {
  readonly #options: ResolverOptions;
  readonly #checks: Readonly<Record<Role, HealthCheck>>;
  readonly #relay: Relay;
  readonly #timers = new Set<NodeJS.Timeout>();
  #answered: Role = 'primary';
  #visible: Role = 'primary';
  #sinceEpochMs = Date.now();

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#checks = { primary: this.#check('primary'), secondary: this.#check('secondary') };
    this.#relay = new Relay({
      target: () => options[this.#visible].port,
      lazy: true,
      firstByteTimeoutMs: options.firstByteTimeoutMs,
      connectionsMax: options.connectionsMax,
    });
  }

  /** Answers with the listening port and starts the health checks. */
  async listen(port: number): Promise<number> {
    const listening = await this.#relay.listen(port);
    this.#sinceEpochMs = Date.now();
    this.#checks.primary.start();
    this.#checks.secondary.start();
    return listening;
  }

  state(): ResolverState {
    const { primary, secondary } = this.#options;
    return {
      region: this.#options[this.#visible].region,
      since: this.#sinceEpochMs,
      healthy: { [primary.region]: this.#checks.primary.healthy, [secondary.region]: this.#checks.secondary.healthy },
    };
  }

  async close(): Promise<void> {
    this.#checks.primary.stop();
    this.#checks.secondary.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#relay.close();
  }

  #check(role: Role): HealthCheck {
    const { intervalMs, timeoutMs, threshold } = this.#options;
    const { region, port, healthPort } = this.#options[role];
    return new HealthCheck({
      port: healthPort ?? port,
      intervalMs,
      timeoutMs,
      threshold,
      onChange: (healthy) => {
        this.#options.onChange?.({ kind: 'health', region, healthy });
        this.#answerAnew();
      },
    });
  }

  #answerAnew(): void {
    const { primary, secondary } = this.#checks;
    const next = answer({ primary: primary.healthy, secondary: secondary.healthy });
    if (next === this.#answered) return;
    this.#answered = next;
    // Each answer becomes visible on its own timer, so an answer that is withdrawn early is still seen for a while.
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#show(next);
    }, this.#options.ttlMs);
    this.#timers.add(timer);
  }

  #show(role: Role): void {
    this.#visible = role;
    this.#sinceEpochMs = Date.now();
    this.#options.onChange?.({ kind: 'region', region: this.#options[role].region, since: this.#sinceEpochMs });
  }
}
