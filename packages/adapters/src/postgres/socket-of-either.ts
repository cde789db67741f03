// Sockets that find a server under either of two names. A standby's cluster answers under its reader's name only; once
// promoted, under its writer's name as well, and that one is then the server to write to.
// Invariant: the second name is looked up only when the first has no address at all. An address that does not answer
// is a server that is away, and is never replaced by another one.
import { lookup } from 'node:dns';
import { Socket } from 'node:net';
import type { LookupFunction } from 'node:net';

/** What resolvers say of a name without an address. */
const noAddress: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

const lookUpEither = (otherHost: string, lookUp: LookupFunction): LookupFunction => (host, options, done) =>
  lookUp(host, options, (error, address, family) => {
    if (error && noAddress.has(error.code)) lookUp(otherHost, options, done);
    else done(error, address, family);
  });

class SocketOfEither extends Socket {
  readonly #lookUp: LookupFunction;

  constructor(lookUp: LookupFunction) {
    super();
    this.#lookUp = lookUp;
  }

  /** As the driver calls it: a port and a host. */
  override connect(...where: readonly unknown[]): this {
    const [port, host] = where;
    if (typeof port !== 'number' || typeof host !== 'string') throw new Error('the driver connects to a port of a host');
    return super.connect({ port, host, lookup: this.#lookUp });
  }
}

export const socketOfEither = (otherHost: string, lookUp: LookupFunction = lookup): (() => Socket) => () => new SocketOfEither(lookUpEither(otherHost, lookUp));
