// A file of bodies, one after the other, that only grows: a file for each would cost a hundred times as much to make.
// What was appended before a SIGKILL is there afterwards; what was being appended is at nobody's place. No fsync.
import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';

export class BytesFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Where it begins. */
  append(body: Buffer): number {
    return this.#open('a', (file) => {
      const at = fstatSync(file).size;
      writeFileSync(file, body);
      return at;
    });
  }

  /** Throws when the file ends before. */
  read(at: number, bytes: number): Buffer {
    return this.#open('r', (file) => {
      const body = Buffer.alloc(bytes);
      for (let done = 0; done < bytes; ) {
        const read = readSync(file, body, done, bytes - done, at + done);
        if (read === 0) throw new Error(`${this.#path} ends before the body at ${at}`);
        done += read;
      }
      return body;
    });
  }

  #open<T>(flags: 'a' | 'r', use: (file: number) => T): T {
    const file = openSync(this.#path, flags);
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  }
}
