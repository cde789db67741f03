// `npm run cost -- --payments 1000000 --config FILE`: the estimate of a month, line by line.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readDeployment } from './config/config.ts';
import { costOf, notCounted, PRICES_OF } from './cost.ts';

const { values } = parseArgs({ options: { payments: { type: 'string', default: '1000000' }, config: { type: 'string', default: 'packages/infra/environments/dev.json' } } });
const payments = Number(values.payments);

if (!Number.isSafeInteger(payments) || payments < 0) {
  process.stderr.write('cost: --payments must be a whole number of payments a month\n');
  process.exitCode = 2;
} else {
  const lines = costOf(readDeployment(JSON.parse(readFileSync(values.config, 'utf8'))), payments);
  for (const { what, dollars } of lines) process.stdout.write(`${dollars.toFixed(2).padStart(12)}  ${what}\n`);
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  process.stdout.write(`${total.toFixed(2).padStart(12)}  US dollars a month for ${payments} payments, at list prices of ${PRICES_OF}. ${notCounted}\n`);
}
