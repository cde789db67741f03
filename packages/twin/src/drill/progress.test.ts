import { expect, test } from 'vitest';
import { Progress } from './progress.ts';

function seen(isTTY: boolean): string {
  let text = '';
  const progress = new Progress({ isTTY, columns: 60, write: (part) => (text += part) }, 2);
  progress.begin('region-loss', 'it is killed');
  progress.say('region-loss', 'a sentence that is far longer than what is left of the line', 1_250);
  progress.end({ name: 'region-loss', verdict: 'every promise kept', elapsedMs: 61_000 });
  return text;
}

test('progress: not a terminal -> a line for each sentence, without control characters', () => {
  expect(seen(false)).toBe('1 of 2  region-loss: it is killed\n   1.3 s  a sentence that is far longer than what is left of the line\n1 of 2  region-loss: every promise kept, 61.0 s\n');
});

test('progress: a terminal -> one line over and over, never wider than it, and a line for each end', () => {
  const lines = seen(true).split('\r\u001b[K');
  expect(lines.slice(1)).toEqual(['1 of 2  region-loss: it is killed\n', expect.stringMatching(/^░{16} 1 of 2 {2}region-loss 1\.3 s {2}a sent/), '1 of 2  region-loss: every promise kept, 61.0 s\n']);
  expect(lines[2]?.length).toBeLessThan(60);
});
