/** What a bucket holds under a key. Text in UTF-8; keys of printable ASCII. */
export interface StoredObject {
  readonly key: string;
  readonly body: string;
  readonly contentType: string;
}

export interface ObjectQuery {
  readonly prefix: string;
  /** Only keys after this one, whether or not it exists. */
  readonly after?: string;
}

/**
 * One region's bucket; the regions' buckets replicate to each other, later. Nothing is ever overwritten or removed.
 * Throws PortFault of port `bucket`; the outcome of a put is then unknown: repeat it.
 */
export interface ObjectStore {
  /** `exists`: something stands under this key already, perhaps from an earlier put of the same whose answer was lost. */
  putIfAbsent(object: StoredObject): Promise<'put' | 'exists'>;
  /** The object's text as it was put, byte by byte. */
  get(key: string): Promise<string | undefined>;
  has(key: string): Promise<boolean>;
  /** The next keys in the order of their bytes, up to 1000; `more` when there may be others after the last one. */
  list(query: ObjectQuery): Promise<{ readonly keys: readonly string[]; readonly more: boolean }>;
}
