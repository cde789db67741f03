/**
 * The paths of the control API that are about money, load and drills: `/desk/...`, `/twin/load`, `/twin/drills`. What they
 * need is opened when it is first asked for, and ends with the control API.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientKinds, LOAD_RATE_MAX } from '@understudy/console/contract';
import * as v from 'valibot';
import { openTwinDesk } from '../desk/twin-desk.ts';
import type { TwinDesk } from '../desk/twin-desk.ts';
import { DrillRoom, scenarioNames } from '../drill/drill-room.ts';
import { LoadGenerator } from '../load/load-generator.ts';
import { NotNow } from '../options.ts';
import type { Twin } from '../twin.ts';

export interface ErrandAnswer {
  readonly status: number;
  readonly body: object;
}

const whole = (name: string, least: number, most: number) => v.pipe(v.number(`${name} must be a number`), v.safeInteger(`${name} must be whole`), v.minValue(least, `${name} must be ${least} or more`), v.maxValue(most, `${name} must be at most ${most}`));
const loadOrder = v.strictObject({
  ratePerSecond: whole('ratePerSecond', 0, LOAD_RATE_MAX),
  clients: v.optional(v.pipe(v.array(v.picklist(clientKinds, `each client must be one of ${clientKinds.join(', ')}`)), v.minLength(1, 'clients must name one at least'), v.maxLength(12, 'clients must name at most 12'))),
});
const drillOrder = v.strictObject({
  scenario: v.picklist(scenarioNames, 'scenario must be one that GET /twin/drills lists'),
  ratePerSecond: v.optional(whole('ratePerSecond', 1, LOAD_RATE_MAX), 100),
  scale: v.optional(v.pipe(v.number('scale must be a number'), v.minValue(0.2, 'scale must be 0.2 or more'), v.maxValue(10, 'scale must be at most 10')), 1),
  seed: v.optional(whole('seed', 0, 2 ** 31), 1),
});

/** A report is one file with its style in it; it may load nothing and run nothing. */
const reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export class Errands {
  readonly #twin: Twin;
  readonly #load: LoadGenerator;
  readonly #drills: DrillRoom;
  #desk: TwinDesk | undefined;

  constructor(twin: Twin) {
    this.#twin = twin;
    this.#load = new LoadGenerator(twin.logFile('load'));
    this.#drills = new DrillRoom(twin.drillFolder, ({ scenario, name, state }) => twin.events.emit('drill_ended', { scenario, name, state }));
  }

  /** Undefined: not one of these paths. */
  async answer(request: IncomingMessage, readBody: () => Promise<unknown>): Promise<ErrandAnswer | undefined> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://twin');
    const method = request.method === 'GET' || request.method === 'POST' ? request.method : undefined;
    if (!method) return undefined;
    if (path.startsWith('/desk/')) {
      const desk = (this.#desk ??= this.#openDesk());
      const body = method === 'POST' ? ((await readBody()) as Readonly<Record<string, unknown>>) : {};
      return (await desk.answer({ method, path, query, body })) ?? { status: 404, body: { error: 'there is no such path', code: 'not_found' } };
    }
    switch (`${method} ${path}`) {
      case 'GET /twin/load':
        return { status: 200, body: this.#load.state() };
      case 'POST /twin/load':
        return { status: 200, body: await this.#setLoad(parsed(loadOrder, await readBody())) };
      case 'GET /twin/drills':
        return { status: 200, body: await this.#drills.list() };
      case 'POST /twin/drills':
        return { status: 202, body: this.#drills.start(parsed(drillOrder, await readBody())) };
      case 'POST /twin/drills/stop':
        this.#drills.stop();
        return { status: 200, body: { ok: true } };
      default:
        return undefined;
    }
  }

  /** Serves the report of a drill; false: `path` is none. */
  async serveReport(path: string, response: ServerResponse): Promise<boolean> {
    const name = /^\/twin\/drills\/([\w-]+)\.html$/.exec(path)?.[1];
    const text = name === undefined ? undefined : await this.#drills.report(name);
    if (text === undefined) return false;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': reportPolicy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }).end(text);
    return true;
  }

  async close(): Promise<void> {
    this.#drills.close();
    await Promise.all([this.#load.close(), this.#desk?.close()]);
  }

  #setLoad({ ratePerSecond, clients }: v.InferOutput<typeof loadOrder>): Promise<object> {
    if (this.#twin.apiKey === '') throw new NotNow('the twin is still starting');
    const { api, regions } = this.#twin.urls;
    return this.#load.order({ ratePerSecond, ...(clients && { clients }) }, { api, regions, apiKey: this.#twin.apiKey });
  }

  #openDesk(): TwinDesk {
    if (this.#twin.apiKey === '') throw new NotNow('the twin is still starting');
    return openTwinDesk({ addresses: this.#twin.operatorAddresses(), apiUrl: this.#twin.urls.api, apiKey: this.#twin.apiKey, logFile: this.#twin.logFile('audit') });
  }
}

/** A request that cannot be understood; the message says what is allowed. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = v.safeParse(schema, body);
  if (!result.success) throw new BadRequest(result.issues.map((issue) => issue.message).join('; '));
  return result.output;
}
