/**
 * `npm run check`: everything that continuous integration asks for, one step after the other, with the time each took.
 * `-- --tested` leaves `npm test` out, for whoever has just run it.
 */
import { spawnSync } from 'node:child_process';

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'types', command: ['npm', 'run', '--silent', 'types'] },
  { name: 'lint and boundaries', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'infrastructure', command: ['npm', 'run', '--silent', 'synth:check'] },
  { name: 'bundles', command: ['node', 'packages/functions/src/sizes.ts'] },
  { name: 'tests', command: ['npm', 'test', '--silent'] },
  { name: 'end-to-end tests', command: ['npm', 'run', '--silent', 'test:e2e'] },
];

const arguments_ = process.argv.slice(2);
const unknown = arguments_.filter((argument) => argument !== '--tested');
if (unknown.length > 0) {
  process.stderr.write(`check: ${unknown.join(' ')} is not an option; allowed is --tested\n`);
  process.exit(2);
}

for (const { name, command } of steps) {
  if (name === 'tests' && arguments_.includes('--tested')) continue;
  const startedAt = performance.now();
  const [program = '', ...rest] = command;
  const { status } = spawnSync(program, rest, { stdio: 'inherit' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`check: ${name} ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n`);
  if (status !== 0) process.exit(1);
}
