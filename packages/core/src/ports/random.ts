/** Randomness comes only through here, so that a run can be replayed from its seed. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  /** A new unique id of 32 hexadecimal digits. */
  id(): string;
}
