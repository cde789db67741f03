import { expect, test } from 'vitest';
import { testDesk } from './desk.test-support.ts';
import type { AtStop } from './shell.ts';
import { runTool } from './tools.ts';

test('tools: Ctrl-C while a program runs -> left to it; once it has ended, such as at a question -> the command stops', async () => {
  let atStop: AtStop = () => 'nobody has said';
  const running = runTool({ ...testDesk(), onStop: (act) => (atStop = act) }, [process.execPath, '-e', 'setTimeout(() => {}, 60000)'], { output: 'kept' });
  expect(atStop('SIGTERM')).toBeUndefined();
  expect(await running).toMatchObject({ signal: 'SIGTERM' });
  expect(atStop('SIGINT')).toBe('');
});
