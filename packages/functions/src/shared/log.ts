// Log lines as JSON, one per line. Invariant: no line holds a card number or an API key, whoever wrote the field:
// a value that contains one is replaced as a whole. Never throws. What happens within an invocation carries its
// request id, also when one process runs many at once.
import { AsyncLocalStorage } from 'node:async_hooks';
import { containsCardNumber } from '@understudy/core';
import type { Log } from '@understudy/core';

type Level = 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

export interface InvocationLog extends Log {
  /** Adds `fields` to every line that `work` causes. */
  during<T>(fields: Fields, work: () => Promise<T>): Promise<T>;
}

export interface LogOptions {
  readonly function: string;
  readonly region: string;
  /** Takes one line without its end; standard output, or standard error for errors, unless told. */
  readonly write?: (line: string, level: Level) => void;
}

const REDACTED = '[redacted]';
const secretPattern = /us_(live|test)_[A-Za-z0-9]|bearer\s+\S/i;

const isSecret = (text: string): boolean => secretPattern.test(text) || containsCardNumber(text);

const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value;
};

/** A copy fit for the log. Names of fields are looked at like values: they too may come from outside. */
function redact(value: unknown): unknown {
  const shown = plain(value);
  if (typeof shown === 'string' || typeof shown === 'number') return isSecret(String(shown)) ? REDACTED : shown;
  if (Array.isArray(shown)) return shown.map(redact);
  if (typeof shown !== 'object' || shown === null) return shown;
  return Object.fromEntries(Object.entries(shown).map(([name, part]) => [isSecret(name) ? REDACTED : name, redact(part)]));
}

const writeToStandardStreams = (line: string, level: Level): void => {
  (level === 'error' ? process.stderr : process.stdout).write(`${line}\n`);
};

export function createLog(options: LogOptions): InvocationLog {
  const write = options.write ?? writeToStandardStreams;
  const around = new AsyncLocalStorage<Fields>();
  const put = (level: Level, event: string, fields: Fields = {}): void => {
    const head = { level, event, function: options.function, region: options.region };
    try {
      write(JSON.stringify({ ...head, ...(redact({ ...around.getStore(), ...fields }) as Fields), at: new Date().toISOString() }), level);
    } catch {
      // A field that cannot be written, such as a cycle, must not fail what it describes.
      write(JSON.stringify({ ...head, unwritable: true }), level);
    }
  };
  return {
    info: (event, fields) => put('info', event, fields),
    warn: (event, fields) => put('warn', event, fields),
    error: (event, fields) => put('error', event, fields),
    during: (fields, work) => around.run(fields, work),
  };
}
