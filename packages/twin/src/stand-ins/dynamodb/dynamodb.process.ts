/**
 * The process of the global table store. It is neither region's child, so that it outlives both.
 * argv[2]: its configuration as JSON. Says `{event:'ready', ports, controlPort, receivers?}` to its parent when it serves.
 * `GET /faults` and `POST /faults` on the control port: `{region: {fault: value}}`, as in faults.ts.
 * Invariant: it never outlives its parent. Does not: restart itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as v from 'valibot';
import { parseFaultChanges, type Faults } from './faults.ts';
import { createGlobalTableStore, type GlobalTableStore } from './global-table-store.ts';
import { closeServer, listenLocally, readBody } from './http-front.ts';
import type { Permissions } from './permissions.ts';
import { openRegionalTables } from './regional-tables.ts';
import type { RegionalTablesOptions } from './regional-tables.ts';
import { seededRandom } from './seeded-random.ts';

const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const configurationSchema = v.strictObject({
  dataDir: v.pipe(v.string(), v.nonEmpty()),
  regions: v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.nonEmpty()),
  tables: v.array(v.record(v.string(), v.unknown())),
  ports: v.optional(v.record(v.string(), port), {}),
  controlPort: v.optional(port, 0),
  regional: v.optional(v.strictObject({
    dataDir: v.pipe(v.string(), v.nonEmpty()),
    tables: v.array(v.strictObject({ request: v.record(v.string(), v.unknown()), ttlAttribute: v.pipe(v.string(), v.nonEmpty()) })),
    peers: v.record(v.string(), port),
    sweepEveryMs: v.pipe(v.number(), v.minValue(1)),
  })),
  permissions: v.optional(v.record(v.string(), v.array(v.strictObject({ actions: v.array(v.string()), resource: v.pipe(v.string(), v.nonEmpty()) })))),
  seed: v.optional(v.pipe(v.number(), v.integer())),
});

export interface DynamodbProcessConfiguration {
  readonly dataDir: string;
  readonly regions: readonly string[];
  /** CreateTable requests. */
  readonly tables: readonly Readonly<Record<string, unknown>>[];
  /** Any free port where absent. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly controlPort?: number;
  /** The eventually consistent tables, served at the same ports. */
  readonly regional?: Omit<RegionalTablesOptions, 'regions'>;
  /** What each function may do; without it none is held to anything. */
  readonly permissions?: Permissions;
  /** Makes the injected faults repeatable. */
  readonly seed?: number;
}

export interface DynamodbProcessReady {
  readonly event: 'ready';
  readonly ports: Readonly<Record<string, number>>;
  readonly controlPort: number;
  /** Where each region's copies take the other's changes. */
  readonly receivers?: Readonly<Record<string, number>>;
}

const configuration = v.parse(configurationSchema, JSON.parse(process.argv[2] ?? ''));
const { regions, seed } = configuration;
const regional = configuration.regional && (await openRegionalTables({ ...configuration.regional, regions }));
const store = await createGlobalTableStore({
  ...configuration,
  regional: regional?.stores ?? new Map(),
  random: seed === undefined ? Math.random : seededRandom(seed),
});
const control = createControl(regions, store.faults);
const ports = await store.listen();
const controlPort = await listenLocally(control, configuration.controlPort);
const receivers = await regional?.listen();

let stopping: Promise<void> | undefined;
const stop = (): void => {
  stopping ??= closeAll(control, store).finally(() => process.exit());
};
process.once('SIGTERM', stop);
process.once('disconnect', stop);
// The parent may have died while we started: then its 'disconnect' has come and gone.
if (process.send && !process.connected) stop();
else process.send?.({ event: 'ready', ports, controlPort, ...(receivers && { receivers }) } satisfies DynamodbProcessReady);

async function closeAll(controlServer: Server, tables: GlobalTableStore): Promise<void> {
  await closeServer(controlServer);
  await tables.close();
  await regional?.close();
}

function createControl(knownRegions: readonly string[], faults: Faults): Server {
  const answer = async (request: IncomingMessage): Promise<{ statusCode: number; body: object }> => {
    if (request.url !== '/faults') return { statusCode: 404, body: { error: 'only /faults is here' } };
    if (request.method === 'GET') return { statusCode: 200, body: faults.get() };
    if (request.method !== 'POST') return { statusCode: 405, body: { error: 'GET or POST' } };
    try {
      faults.set(parseFaultChanges(knownRegions, JSON.parse(String(await readBody(request)))));
      return { statusCode: 200, body: faults.get() };
    } catch (error) {
      return { statusCode: 400, body: { error: String(error) } };
    }
  };
  const send = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { statusCode, body } = await answer(request);
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  return createServer((request, response) => {
    send(request, response).catch(() => request.socket.destroy());
  });
}
