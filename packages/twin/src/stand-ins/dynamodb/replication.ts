/**
 * The sending of one region's changes to the other, over a link that people may cut or delay, and the door they come in by.
 * Invariant: a change is forgotten here only after the other region said that it has it; one at a time is on its way, so
 * whatever is cut in the middle is sent again, which does nothing twice.
 */
import { createServer, request as startRequest } from 'node:http';
import type { Server } from 'node:http';
import { readBody } from './http-front.ts';
import type { Change, RegionalStore } from './regional-store.ts';

/** Some hundred kilobytes at most. */
const BATCH_MAX = 100;
const RETRY_MS = 200;
/** A link that swallows bytes is like one that is cut. */
const ANSWER_LIMIT_MS = 5_000;

export interface Sender {
  stop(): void;
}

/** Sends what the store has not sent to this port of 127.0.0.1, from now on. */
export function startSender(store: RegionalStore, port: number): Sender {
  let stopped = false;
  let wake = (): void => {};
  const pause = (durationMs?: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      if (durationMs !== undefined) setTimeout(resolve, durationMs);
    });
  store.onUnsent(() => wake());
  const send = async (): Promise<void> => {
    while (!stopped) {
      const changes = store.unsent(BATCH_MAX);
      if (changes.length === 0) await pause();
      else if (!(await deliver(port, changes))) await pause(RETRY_MS);
      else if (!stopped) store.sent(changes);
    }
  };
  void send();
  return {
    stop() {
      stopped = true;
      wake();
    },
  };
}

/** True when the other region said that it has them. A connection of its own each time: one kept would outlive a cut unnoticed. */
const deliver = (port: number, changes: readonly Change[]): Promise<boolean> =>
  new Promise((resolve) => {
    const request = startRequest({ host: '127.0.0.1', port, method: 'POST', path: '/changes', agent: false, timeout: ANSWER_LIMIT_MS }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200)).once('error', () => resolve(false));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.end(JSON.stringify(changes));
  });

/** Where the other region's changes come in. */
export const createReceiver = (store: RegionalStore): Server =>
  createServer((request, response) => {
    const receive = async (): Promise<void> => {
      const body = await readBody(request);
      if (body === undefined) throw new Error('more changes at once than are ever sent');
      await store.receive(JSON.parse(String(body)) as readonly Change[]);
      response.writeHead(200).end();
    };
    receive().catch(() => request.socket.destroy());
  });
