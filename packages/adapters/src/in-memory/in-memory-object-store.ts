// A region's bucket in memory, and its asynchronous replication to another one, which a test lets through or stalls.
import { PortFault } from '@understudy/core';
import type { ObjectQuery, ObjectStore, StoredObject } from '@understudy/core';

const PAGE = 1000;

export class InMemoryObjectStore implements ObjectStore {
  readonly objects: Map<string, StoredObject> = new Map();
  /** Put here and not yet in the other bucket. */
  readonly #toReplicate: StoredObject[] = [];
  #peer: InMemoryObjectStore | undefined;
  #stalled = false;
  up = true;

  replicateTo(peer: InMemoryObjectStore): void {
    this.#peer = peer;
  }

  stallReplication(): void {
    this.#stalled = true;
  }

  resumeReplication(): void {
    this.#stalled = false;
    this.#replicate();
  }

  async putIfAbsent(object: StoredObject): Promise<'put' | 'exists'> {
    this.#use();
    if (this.objects.has(object.key)) return 'exists';
    this.objects.set(object.key, object);
    this.#toReplicate.push(object);
    this.#replicate();
    return 'put';
  }

  async get(key: string): Promise<string | undefined> {
    this.#use();
    return this.objects.get(key)?.body;
  }

  async has(key: string): Promise<boolean> {
    this.#use();
    return this.objects.has(key);
  }

  async list({ prefix, after = '' }: ObjectQuery): Promise<{ readonly keys: readonly string[]; readonly more: boolean }> {
    this.#use();
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted((a, b) => (a < b ? -1 : 1));
    return { keys: keys.slice(0, PAGE), more: keys.length > PAGE };
  }

  /** As a bucket's replication does: the later one of two objects under one key stands. */
  #replicate(): void {
    if (this.#stalled || !this.#peer?.up || !this.up) return;
    for (const object of this.#toReplicate.splice(0)) this.#peer.objects.set(object.key, object);
  }

  #use(): void {
    if (!this.up) throw new PortFault({ port: 'bucket', retryable: true, message: 'the bucket cannot be reached' });
  }
}
