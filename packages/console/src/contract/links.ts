/** What `GET /twin/links` answers, and what `POST /twin/links/NAME` takes: the wires between the parts, each with its faults. */

export type LinkEffect =
  | { readonly kind: 'cut' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'drop'; readonly direction: 'requests' | 'replies' | 'both' };

export interface LinkState {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Null: nothing runs at the far end. */
  readonly target: number | null;
  readonly connections: number;
  readonly effects: readonly (LinkEffect & { readonly faultId: string })[];
  readonly bytesForward: number;
  readonly bytesBack: number;
}

/** The order replaces what was ordered of this link before; an empty one heals it. */
export interface LinkOrder {
  readonly cut?: boolean;
  readonly delayMs?: number;
}

/** The longest delay that can be imposed on anything. */
export const DELAY_MS_MAX = 60_000;
