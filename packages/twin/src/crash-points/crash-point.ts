/**
 * Ends or freezes its own process at one of its writes, so that a test can lose a region between any two of them.
 * Invariant: nothing is changed until somebody orders a point, and no write is changed ever: the process dies as a
 * machine does, at an instant that the code under test cannot know. The functions' bundles stay as they are.
 */
import { Socket } from 'node:net';
import { OutgoingWrites } from './outgoing-writes.ts';
import type { Write } from './outgoing-writes.ts';

/** `before`: instead of writing. `sent`: the bytes have left. `answered`: the answer's first byte is here, unread. */
export const moments = ['before', 'sent', 'answered'] as const;
export type Moment = (typeof moments)[number];

export interface CrashOrder {
  readonly command: 'die_at';
  /** The how-manieth write from now on, beginning with 1; 0: none, writes are only counted. */
  readonly write: number;
  readonly when: Moment;
  /** Counts only writes whose kind is this. */
  readonly kind?: string | undefined;
  /** `SIGSTOP` freezes the process at the very point; SIGCONT lets it go on as if nothing had happened. */
  readonly signal?: 'SIGKILL' | 'SIGSTOP' | undefined;
}

export interface WriteReport extends Write {
  readonly event: 'write';
  readonly write: number;
  /** Set when the process ends here. */
  readonly dies?: Moment;
}

export interface CrashPoint {
  /** Numbers begin anew with each order. */
  order(order: CrashOrder): void;
}

export function createCrashPoint(report: (report: WriteReport) => void): CrashPoint {
  let standing: CrashOrder | undefined;
  let seen = 0;
  /** The moment at which this write is the one, if it is. */
  const count = (write: Write): Moment | undefined => {
    if (!standing || (standing.kind !== undefined && standing.kind !== write.kind)) return undefined;
    seen += 1;
    const dies = seen === standing.write ? standing.when : undefined;
    report({ event: 'write', write: seen, ...write, ...(dies ? { dies } : {}) });
    return dies;
  };
  const end = (): void => void process.kill(process.pid, standing?.signal ?? 'SIGKILL');
  return {
    order: (order) => {
      if (!standing) watchWrites({ count, end });
      standing = order;
      seen = 0;
    },
  };
}

interface Watcher {
  readonly count: (write: Write) => Moment | undefined;
  readonly end: () => void;
}

/** All that leaves this process goes through one method. */
function watchWrites({ count, end }: Watcher): void {
  const streams = new WeakMap<Socket, OutgoingWrites>();
  const original = Reflect.get(Socket.prototype, 'write') as (...args: unknown[]) => boolean;
  const watched = function watched(this: Socket, ...args: unknown[]): boolean {
    const stream = streams.get(this) ?? new OutgoingWrites();
    streams.set(this, stream);
    const write = stream.take(bytesOf(args[0], args[1]));
    const dies = write && count(write);
    if (dies === 'before') end();
    if (dies === 'answered' || dies === 'sent') this.prependOnceListener('data', end);
    const result = Reflect.apply(original, this, args);
    if (dies === 'sent') whenFlushed(this, end);
    return result;
  };
  Socket.prototype.write = watched as Socket['write'];
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.alloc(0);
}

/** The bytes are with the kernel, which delivers them though we die. */
function whenFlushed(socket: Socket, then: () => void): void {
  if (socket.destroyed || (!socket.connecting && socket.writableLength === 0)) then();
  else setImmediate(() => whenFlushed(socket, then));
}
