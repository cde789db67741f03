import type { PaymentKey } from '../domain/payment/payment.ts';
import type { Region } from '../domain/region/region.ts';
import type { EpochMs } from '../domain/time.ts';

/** A message that its consumer failed to handle too often. It says nothing about its payment: only that nobody coped with it then. */
export interface DeadLetter {
  readonly id: string;
  readonly sentAt: EpochMs;
  /** The payment it is a hint for, when it is one. */
  readonly key?: PaymentKey;
  /** How to act on it; good for as long as it is held. */
  readonly handle: string;
}

/** The dead-letter queue of one queue of one region. Throws PortFault of port `queue`. */
export interface DeadLetters {
  readonly queue: string;
  readonly region: Region;
  /** Takes up to `limit` letters in hand: for half a minute nobody else sees them, then they are back unless acted upon. */
  hold(limit: number): Promise<readonly DeadLetter[]>;
  /** Sends it to the queue it came from, and only then removes it: an end in between leaves it in both, which is harmless. */
  redrive(letter: DeadLetter): Promise<void>;
  remove(letter: DeadLetter): Promise<void>;
  /** Puts it back at once. */
  release(letter: DeadLetter): Promise<void>;
}
