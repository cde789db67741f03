// A fault of the world, as every adapter reports it. The outcome of the call is then UNKNOWN unless
// `refused` says that it certainly did nothing.

export type PortName =
  | 'journal' | 'epoch' | 'ledger' | 'queue' | 'acquirer' | 'alerts' | 'cluster' | 'votes' | 'keys' | 'mover' | 'bucket' | 'sessions' | 'signer' | 'events' | 'endpoints';

export interface PortFaultOptions {
  readonly port: PortName;
  /** Whether the same call may succeed when repeated. */
  readonly retryable: boolean;
  readonly message: string;
  readonly cause?: unknown;
}

export class PortFault extends Error {
  override readonly name = 'PortFault';
  readonly port: PortName;
  readonly retryable: boolean;

  constructor(options: PortFaultOptions) {
    super(`${options.port}: ${options.message}`, { cause: options.cause });
    this.port = options.port;
    this.retryable = options.retryable;
  }
}

export const isPortFault = (error: unknown): error is PortFault => error instanceof PortFault;

/** What `call` answers, or undefined when the other side is away: for readers who can go on without it. */
export async function unlessAway<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return undefined;
  }
}
