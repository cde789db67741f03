import { expect, test } from 'vitest';
import { parseCommandLine, UsageError } from './options.ts';

test('options: none -> the defaults of the contract', () => {
  expect(parseCommandLine([])).toEqual({ basePort: 4600, dataDir: '.understudy', fresh: false, timing: 'fast', failoverPolicy: 'automatic', webhookTargets: 'public', json: false, help: false });
});

test.each([
  [['--port', '80'], '--port must be'], [['--port', 'x'], '--port must be'], [['--port', '65530'], '--port must be'], [['--timing', 'slow'], 'fast, aws'],
  [['--failover', 'never'], 'automatic or approval'], [['--data-dir', ''], '--data-dir'], [['--no-such'], '--no-such'], [['left-over'], 'left-over'],
])('options: %j -> refused, naming what is allowed', (args, sentence) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(sentence);
});
