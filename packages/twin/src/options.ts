/** The command line of `npm start`. A wrong option is named together with what is allowed; nothing is started. */
import { parseArgs } from 'node:util';
import { timingNames } from './timings.ts';
import type { TimingName } from './timings.ts';

export interface TwinOptions {
  /** BASE: console and control API; the other public ports follow from it. */
  readonly basePort: number;
  readonly dataDir: string;
  /** Begin with empty data. */
  readonly fresh: boolean;
  readonly timing: TimingName;
  /** Whether a lost region is replaced by itself or only after somebody asks. */
  readonly failoverPolicy: 'automatic' | 'approval';
  /** Where webhooks may go: `any` also to http and to this machine, for tests. */
  readonly webhookTargets: 'public' | 'any';
}

export interface CommandLine extends TwinOptions {
  readonly json: boolean;
  readonly help: boolean;
}

export const usage = `Usage: npm start -- [options]

  --port BASE        first of the ports (default 4600): BASE console and control, BASE+1 the API through the resolver,
                     BASE+11 us-east-1, BASE+12 us-east-2, BASE+20 the acquirer sandbox
  --data-dir DIR     where everything is kept (default .understudy)
  --fresh            begin with empty data
  --timing fast|aws  how fast the clocks tick (default fast)
  --failover automatic|approval  whether a lost region is replaced by itself (default automatic)
  --webhooks public|any  where webhooks may go: any is for tests, also http and this machine (default public)
  --json             print one JSON object when ready
  --help             this text
`;

/** An option that cannot be used; the message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that cannot be done in the present state; the message says why. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

/** The highest base port whose highest public port, BASE+20, still exists. */
const BASE_PORT_MAX = 65_515;

const options = {
  port: { type: 'string', default: '4600' },
  'data-dir': { type: 'string', default: '.understudy' },
  fresh: { type: 'boolean', default: false },
  timing: { type: 'string', default: 'fast' },
  failover: { type: 'string', default: 'automatic' },
  webhooks: { type: 'string', default: 'public' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = readArguments(args);
  const basePort = Number(values.port);
  if (!Number.isInteger(basePort) || basePort < 1024 || basePort > BASE_PORT_MAX) throw new UsageError(`--port must be a whole number from 1024 to ${BASE_PORT_MAX}`);
  const timing = timingNames.find((name) => name === values.timing);
  if (!timing) throw new UsageError(`--timing must be one of ${timingNames.join(', ')}`);
  const { failover, webhooks } = values;
  if (failover !== 'automatic' && failover !== 'approval') throw new UsageError('--failover must be automatic or approval');
  if (webhooks !== 'public' && webhooks !== 'any') throw new UsageError('--webhooks must be public or any');
  if (values['data-dir'] === '') throw new UsageError('--data-dir must name a folder');
  return { basePort, dataDir: values['data-dir'], fresh: values.fresh, timing, failoverPolicy: failover, webhookTargets: webhooks, json: values.json, help: values.help };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; npm start -- --help lists the options`);
  }
}
