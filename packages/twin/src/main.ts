/** `npm start`: boots the twin in the foreground, says where everything is, and stops it all when asked to. */
import { createControlApi } from './control-api/control-api.ts';
import { parseCommandLine, usage, UsageError } from './options.ts';
import type { CommandLine } from './options.ts';
import { Twin } from './twin.ts';

async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);
  const startedAt = performance.now();
  const twin = new Twin(options);
  const control = createControlApi(twin);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= Promise.all([control.close(), twin.stop()]).then(() => process.exit());
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  // A drill or a test that started us has died: nobody would stop us any more.
  process.once('disconnect', stop);
  try {
    if (!options.json) process.stderr.write('Starting two regions, their ledgers, the acquirer and the resolver ...\n');
    await control.listen(options.basePort);
    await twin.start();
  } catch (error) {
    if (stopping) return;
    await Promise.all([control.close(), twin.stop()]);
    throw error;
  }
  process.stdout.write(options.json ? readyObject(twin) : readyTable(twin, options, (performance.now() - startedAt) / 1000));
}

const readyObject = (twin: Twin): string => `${JSON.stringify({ event: 'ready', ...twin.urls, apiKey: twin.apiKey })}\n`;

const readyTable = (twin: Twin, options: CommandLine, seconds: number): string => `
Understudy is ready after ${seconds.toFixed(1)} s. Ctrl-C stops everything; the data stays in ${options.dataDir}.

  console    ${twin.urls.console}
  API        ${twin.urls.api}   (as DNS would route it)
  us-east-1  ${twin.urls.regions['us-east-1']}
  us-east-2  ${twin.urls.regions['us-east-2']}
  acquirer   ${twin.urls.acquirer}
  API key    ${twin.apiKey}

Send a payment:

  curl -s ${twin.urls.api}/process -H 'authorization: Bearer ${twin.apiKey}' \\
    -d '{"transaction_id":"first","customer_id":"c-1","amount":"12.50","currency":"USD","payment_method":"card_visa"}'

Lose a region:

  curl -s -X POST ${twin.urls.console}/twin/regions/us-east-1/kill

`;

/** What the person can do something about is one sentence; a bug of ours comes with where it is. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UsageError || error.name === 'Error' ? error.message : (error.stack ?? error.message);
}

main().catch((error: unknown) => {
  process.stderr.write(`understudy: ${explain(error)}\n`);
  process.exit(1);
});
