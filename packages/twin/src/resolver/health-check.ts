/**
 * One health checker for one region, as Route 53 runs them: GET /health on a fresh connection at a steady pace.
 *
 * Invariant: the verdict turns only after `threshold` consecutive results that contradict it; at most one request is
 * under way. It starts out as healthy, as a new Route 53 check does.
 * It decides nothing about traffic.
 */
import { get } from 'node:http';

export interface HealthCheckOptions {
  readonly port: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly threshold: number;
  readonly onChange: (healthy: boolean) => void;
}

export class HealthCheck {
  readonly #options: HealthCheckOptions;
  readonly #stopping = new AbortController();
  #healthy = true;
  #contradictions = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    const startedMs = performance.now();
    const ok = await probe(this.#options, this.#stopping.signal);
    if (this.#stopping.signal.aborted) return;
    this.#note(ok);
    const spentMs = performance.now() - startedMs;
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, this.#options.intervalMs - spentMs));
  }

  #note(ok: boolean): void {
    this.#contradictions = ok === this.#healthy ? 0 : this.#contradictions + 1;
    if (this.#contradictions < this.#options.threshold) return;
    this.#contradictions = 0;
    this.#healthy = ok;
    this.#options.onChange(ok);
  }
}

/** True when a 2xx or 3xx status arrives within the time; never rejects. */
function probe(options: HealthCheckOptions, stopping: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(options.timeoutMs)]);
  const request = get({ host: '127.0.0.1', port: options.port, path: '/health', agent: false, signal }, (response) => {
    const status = response.statusCode ?? 0;
    resolve(status >= 200 && status < 400);
    response.on('error', () => {});
    // The status is the verdict; a body that never ends must not hold the connection.
    response.destroy();
  });
  request.on('error', () => resolve(false));
  return promise;
}
