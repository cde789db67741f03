/**
 * Every network link between the parts of the twin, by name, with the faults imposed on them.
 *
 * Invariant: a link's effect is at every moment exactly the sum of the faults that select it, also for links opened or
 * aimed anew while a fault is in force; a link's port never changes while it is open.
 * It starts no process and knows no protocol: whoever starts a part aims the links that lead to it.
 */
import { strict as assert } from 'node:assert';
import type { LinkState as SeenLink } from '@understudy/console/contract';
import { combine } from './effects.ts';
import type { LinkEffect } from './effects.ts';
import { Relay } from './relay.ts';

export interface LinkName {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface LinkOptions extends LinkName {
  /** For public ports; without it the system chooses one. */
  readonly port?: number;
  /** Connect to the target on the client's first byte only; for links that strangers can reach. */
  readonly lazy?: boolean;
  readonly firstByteTimeoutMs?: number;
  readonly connectionsMax?: number;
}

export interface Fault {
  readonly select: (link: LinkName) => boolean;
  readonly effect: LinkEffect;
}

/** As pages see it, and where it listens. */
export interface LinkState extends SeenLink {
  readonly port: number;
}

interface Link extends LinkName {
  readonly relay: Relay;
  port: number;
  target: number | null;
}

export class Switchboard {
  readonly #links = new Map<string, Link>();
  readonly #faults = new Map<string, Fault>();

  /** Answers with the listening port. A link leads nowhere until it is aimed. */
  async open(options: LinkOptions): Promise<number> {
    const { name, from, to } = options;
    assert(!this.#links.has(name), `the link ${name} is open already`);
    const link: Link = {
      name,
      from,
      to,
      port: 0,
      target: null,
      relay: new Relay({
        target: () => link.target,
        lazy: options.lazy,
        firstByteTimeoutMs: options.firstByteTimeoutMs,
        connectionsMax: options.connectionsMax,
      }),
    };
    this.#links.set(name, link);
    this.#refresh(link);
    try {
      link.port = await link.relay.listen(options.port ?? 0);
    } catch (error) {
      this.#links.delete(name);
      throw describeListenError(error, options);
    }
    return link.port;
  }

  /** New connections go to this port of 127.0.0.1 from now on; null resets them. Existing ones stay where they are. */
  aim(name: string, port: number | null): void {
    const link = this.#links.get(name);
    assert(link !== undefined, `there is no link ${name}`);
    link.target = port;
  }

  /** A fault of the same id is replaced. */
  impose(faultId: string, fault: Fault): void {
    if (fault.effect.kind === 'delay') {
      const { delayMs } = fault.effect;
      assert(Number.isFinite(delayMs) && delayMs >= 0, `a delay of ${delayMs} ms is impossible`);
    }
    this.#faults.set(faultId, fault);
    this.#refreshAll();
  }

  /** False when there was no such fault. */
  lift(faultId: string): boolean {
    const known = this.#faults.delete(faultId);
    this.#refreshAll();
    return known;
  }

  links(): LinkState[] {
    return [...this.#links.values()].map((link) => ({
      name: link.name,
      from: link.from,
      to: link.to,
      port: link.port,
      target: link.target,
      connections: link.relay.connections,
      effects: this.#effectsOn(link),
      bytesForward: link.relay.bytesForward,
      bytesBack: link.relay.bytesBack,
    }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.relay.close()));
    this.#links.clear();
    this.#faults.clear();
  }

  #refreshAll(): void {
    for (const link of this.#links.values()) this.#refresh(link);
  }

  #refresh(link: Link): void {
    link.relay.setEffect(combine(this.#effectsOn(link)));
  }

  #effectsOn(link: LinkName): (LinkEffect & { readonly faultId: string })[] {
    const { name, from, to } = link;
    return [...this.#faults]
      .filter(([, fault]) => fault.select({ name, from, to }))
      .map(([faultId, fault]) => ({ ...fault.effect, faultId }));
  }
}

function describeListenError(error: unknown, options: LinkOptions): unknown {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!taken) return error;
  const sentence = `port ${options.port} for the link ${options.name} is taken by another process`;
  return Object.assign(new Error(sentence, { cause: error }), { code: 'EADDRINUSE' });
}
