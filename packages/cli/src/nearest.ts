// "Did you mean": the allowed word that is nearest to one that was typed.

/** Further apart than this, and nobody meant it. */
const EDITS_MAX = 3;

/** Undefined when none is near, or two are equally near: a wrong guess is worse than none. */
export function nearest(typed: string, allowed: readonly string[]): string | undefined {
  const ranked = allowed.map((word) => ({ word, edits: editsBetween(typed.toLowerCase(), word.toLowerCase()) })).toSorted((a, b) => a.edits - b.edits);
  const [best, second] = ranked;
  return best && best.edits < (second?.edits ?? Infinity) && best.edits <= Math.min(EDITS_MAX, Math.floor(best.word.length / 2)) ? best.word : undefined;
}

/** Letters put in, left out or changed, by the textbook's table, one row at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? 0;
}

/** `a, b or c`. */
export const orList = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
