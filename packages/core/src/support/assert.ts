/** A broken assertion is a bug: it ends the unit of work loudly. Assertions stay on in production. */
export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}

/** Throws {@link AssertionFault} unless `condition` holds. `sentence` states what was believed. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionFault(sentence);
}
