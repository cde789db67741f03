/**
 * Everything an operator asks of the money, by path: over ports alone, so that the twin and the command line serve the same.
 * Invariant: GET changes nothing that anybody can see; what changes something is a POST, and on record.
 */
import { AUDIT_QUIET_MS, isPortFault } from '@understudy/core';
import type { DeskAbout } from '../contract/desk.ts';
import { DeskRefusal, keyIn, ok, wholeOf } from './answer.ts';
import type { DeskAnswer, DeskRequest } from './answer.ts';
import { makePayment, openSession, readSession, whyNoApi } from './api-errands.ts';
import { AuditDesk } from './audit-desk.ts';
import { discardDead, listDead, redriveDead } from './dead-letters.ts';
import { cancelByHand, refundByHand } from './payment-actions.ts';
import { listPaymentPage, merchantsOf } from './payment-list.ts';
import { storyOf } from './payment-story.ts';
import type { DeskPorts } from './ports.ts';

/** Undefined: there is no such path. */
export type Desk = (request: DeskRequest) => Promise<DeskAnswer | undefined>;

type Route = (request: DeskRequest, parts: readonly string[]) => Promise<DeskAnswer> | DeskAnswer;

/** An audit that leaves out less than this would call what is on its way wrong. */
const QUIET_MS = { least: 1_000, most: 3_600_000, otherwise: AUDIT_QUIET_MS } as const;

export function createDesk(ports: DeskPorts): Desk {
  const audit = new AuditDesk(ports);
  const routes: readonly (readonly [method: DeskRequest['method'], pattern: RegExp, route: Route])[] = [
    ['GET', /^\/desk\/about$/, () => about(ports)],
    ['GET', /^\/desk\/payments$/, ({ query }) => listPaymentPage(ports, query)],
    ['POST', /^\/desk\/payments$/, ({ body }) => makePayment(ports, body)],
    ['GET', /^\/desk\/payments\/([^/]+)\/([^/]+)$/, async (_, [merchant = '', id = '']) => ok(await storyOf(ports, keyIn(merchant, id)))],
    ['POST', /^\/desk\/payments\/([^/]+)\/([^/]+)\/cancel$/, ({ body }, [merchant = '', id = '']) => cancelByHand(ports, keyIn(merchant, id), body)],
    ['POST', /^\/desk\/payments\/([^/]+)\/([^/]+)\/refund$/, ({ body }, [merchant = '', id = '']) => refundByHand(ports, keyIn(merchant, id), body)],
    ['POST', /^\/desk\/sessions$/, ({ body }) => openSession(ports, body)],
    ['GET', /^\/desk\/sessions\/([^/]+)$/, (_, [id = '']) => readSession(ports, id)],
    ['GET', /^\/desk\/dead-letters$/, () => listDead(ports)],
    ['POST', /^\/desk\/dead-letters\/redrive$/, ({ body }) => redriveDead(ports, body)],
    ['POST', /^\/desk\/dead-letters\/discard$/, ({ body }) => discardDead(ports, body)],
    ['GET', /^\/desk\/operations$/, async ({ query }) => ok({ operations: await ports.operations.list(wholeOf(query.get('limit'), { name: 'limit', least: 1, most: 200, otherwise: 100 })) })],
    ['GET', /^\/desk\/audit$/, () => audit.state()],
    ['POST', /^\/desk\/audit$/, ({ body }) => audit.start(wholeOf(body['quietMs'], { name: 'quietMs', ...QUIET_MS }))],
    ['POST', /^\/desk\/audit\/void-orphans$/, () => audit.voidLost()],
  ];
  return async (request) => {
    for (const [method, pattern, route] of routes) {
      const found = method === request.method ? pattern.exec(request.path) : null;
      if (found) return answered(() => route(request, found.slice(1)));
    }
    return undefined;
  };
}

async function answered(use: () => Promise<DeskAnswer> | DeskAnswer): Promise<DeskAnswer> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof DeskRefusal) return { status: error.status, body: { error: error.message, code: error.code } };
    if (isPortFault(error)) return { status: 503, body: { error: `no answer from the ${error.message}`, code: 'unavailable' } };
    throw error;
  }
}

async function about(ports: DeskPorts): Promise<DeskAnswer> {
  const whyNot = whyNoApi(ports);
  // Without books to ask, the pages still open.
  const merchants = await merchantsOf(ports).catch((error: unknown) => {
    if (!isPortFault(error)) throw error;
    return [];
  });
  return ok({ of: ports.of, by: ports.by, merchants, ...(whyNot !== undefined && { whyNoApi: whyNot }) } satisfies DeskAbout);
}
