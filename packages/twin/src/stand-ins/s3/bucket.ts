/**
 * One bucket on disk, with every version that was ever put under a key. A version is a stretch of the file of all bodies,
 * and, once that is written, a line in the list of versions, which is what makes it exist.
 * Invariant: what was answered as put is there after a SIGKILL; no version changes, and none is removed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { BytesFile } from './bytes-file.ts';
import { LinesFile } from './lines-file.ts';

export interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly putAtMs: number;
  readonly bytes: number;
  /** Where its body begins among all bodies. Absent in folders of earlier releases, where it is a file of its own. */
  readonly at?: number;
  readonly md5: string;
  /** Base64, as S3 gives it. */
  readonly crc32: string;
  readonly contentType: string;
  /** Came from the other region's bucket, and does not go back there. */
  readonly replica: boolean;
}

export interface PutOptions {
  readonly contentType: string;
  /** Of a replica: the version as it is in the bucket that it comes from. */
  readonly source?: Pick<Version, 'versionId' | 'putAtMs'>;
}

export const crc32Of = (body: Buffer): string => {
  const digits = Buffer.alloc(4);
  digits.writeUInt32BE(crc32(body));
  return digits.toString('base64');
};

/** The later one stands; of two at one instant, always the same one. */
const later = (a: Version, b: Version): boolean => a.putAtMs > b.putAtMs || (a.putAtMs === b.putAtMs && a.versionId > b.versionId);

export class Bucket {
  readonly #folder: string;
  readonly #bodies: BytesFile;
  readonly #list: LinesFile<Version>;
  readonly #versions = new Map<string, Version>();
  /** The version of each key that stands. */
  readonly #current = new Map<string, Version>();
  /** In the order of their bytes. */
  readonly #keys: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#bodies = new BytesFile(join(folder, 'bodies'));
    this.#list = new LinesFile(join(folder, 'versions.ndjson'));
    for (const version of this.#list.read()) this.#learn(version);
  }

  put(key: string, body: Buffer, { contentType, source }: PutOptions): Version {
    const known = source && this.#versions.get(source.versionId);
    if (known) return known;
    const version: Version = {
      key, versionId: source?.versionId ?? randomUUID(), putAtMs: source?.putAtMs ?? Date.now(), bytes: body.length, at: this.#bodies.append(body),
      md5: createHash('md5').update(body).digest('hex'), crc32: crc32Of(body), contentType, replica: source !== undefined,
    };
    this.#list.append(version);
    this.#learn(version);
    return version;
  }

  find(key: string): Version | undefined {
    return this.#current.get(key);
  }

  read(version: Version): Buffer {
    return version.at === undefined ? readFileSync(join(this.#folder, 'objects', version.versionId)) : this.#bodies.read(version.at, version.bytes);
  }

  /** The next `limit` keys after `after` that begin with `prefix`. */
  keys({ prefix, after, limit }: { readonly prefix: string; readonly after: string; readonly limit: number }): readonly Version[] {
    const found: Version[] = [];
    // A key that begins with the prefix is not below it.
    const start = after < prefix ? this.#placeOf(prefix) : this.#placeOf(after) + Number(this.#current.has(after));
    for (let i = start; i < this.#keys.length && found.length < limit; i += 1) {
      const version = this.#current.get(this.#keys[i] ?? '');
      if (!version?.key.startsWith(prefix)) break;
      found.push(version);
    }
    return found;
  }

  /** All that was ever put, in the order in which this bucket has learned of it. */
  versions(): readonly Version[] {
    return [...this.#versions.values()];
  }

  #learn(version: Version): void {
    this.#versions.set(version.versionId, version);
    const standing = this.#current.get(version.key);
    if (!standing) this.#keys.splice(this.#placeOf(version.key), 0, version.key);
    if (!standing || later(version, standing)) this.#current.set(version.key, version);
  }

  /** Where the key is, or would be. */
  #placeOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
