/**
 * Carries what was put into one bucket to the other region's, later: through a link that may be slow, cut or lead to
 * nobody. Invariant: each version that was put here arrives there once the link lets it, however often either side was
 * killed meanwhile; it remembers on disk what has arrived. A version may be sent twice, and is then the same one.
 */
import { join } from 'node:path';
import type { Bucket, Version } from './bucket.ts';
import { LinesFile } from './lines-file.ts';

/** Between two looks when nothing could be sent, and when nothing was there to be sent. */
const REST_MS = 200;
const SEND_LIMIT_MS = 5_000;
const AT_ONCE = 8;

export interface ReplicationOptions {
  readonly folder: string;
  readonly bucket: Bucket;
  /** Where the other region's bucket is found. */
  readonly target: string;
}

export class Replication {
  readonly #options: ReplicationOptions;
  readonly #arrived: LinesFile<string>;
  readonly #toSend: Version[];
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ReplicationOptions) {
    this.#options = options;
    this.#arrived = new LinesFile(join(options.folder, 'replicated.ndjson'));
    const arrived = new Set(this.#arrived.read());
    this.#toSend = options.bucket.versions().filter((version) => !version.replica && !arrived.has(version.versionId));
  }

  start(): void {
    this.#running ??= this.#run();
  }

  add(version: Version): void {
    this.#toSend.push(version);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const batch = this.#toSend.slice(0, AT_ONCE);
      const results = await Promise.all(batch.map((version) => this.#send(version)));
      const sent = new Set(batch.filter((_, i) => results[i]));
      for (const version of sent) this.#arrived.append(version.versionId);
      if (sent.size > 0) this.#toSend.splice(0, batch.length, ...batch.filter((version) => !sent.has(version)));
      if (sent.size === 0) await this.#rest();
    }
  }

  async #send(version: Version): Promise<boolean> {
    try {
      const answer = await fetch(`${this.#options.target}${pathOf(version.key)}`, {
        method: 'PUT',
        headers: { 'content-type': version.contentType, 'x-replica-version': version.versionId, 'x-replica-put-at': String(version.putAtMs) },
        body: this.#options.bucket.read(version),
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(SEND_LIMIT_MS)]),
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      // It stays to be sent.
      return false;
    }
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REST_MS);
      this.#stopping.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }
}

const pathOf = (key: string): string => `/${key.split('/').map(encodeURIComponent).join('/')}`;
