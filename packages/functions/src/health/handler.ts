// GET /health: what DNS and the other region's detector ask. Needs no key and answers from its own memory most of the
// time. Invariant: it follows acceptance, never the ledger.
import { healthBody } from '@understudy/api';
import { createHealthCheck } from '@understudy/core';
import type { EpochRegister, HealthPolicy, HealthPorts, Region } from '@understudy/core';
import type { HttpHandler } from '../shared/http-event.ts';
import type { Runtime } from '../shared/invocation.ts';
import { serveHttp } from '../shared/serve-http.ts';

export type HealthHandlerPorts = HealthPorts & Runtime;

export function createHealthHandler(ports: HealthHandlerPorts, policy: HealthPolicy): HttpHandler {
  const heard = listenToEpochs(ports.epochs);
  const check = createHealthCheck({ ...ports, epochs: heard.epochs }, policy);
  return serveHttp(ports, {
    checkHealth: async () => {
      const health = await check();
      const body = healthBody(health, { region: ports.region, active: heard.activeRegion() === ports.region });
      return { status: health.healthy ? 200 : 503, body };
    },
  });
}

/** Remembers the active region that the check itself read, so that saying it costs no second read. */
function listenToEpochs(epochs: EpochRegister): { readonly epochs: EpochRegister; activeRegion(): Region | undefined } {
  let active: Region | undefined;
  return {
    activeRegion: () => active,
    epochs: {
      read: async () => {
        const record = await epochs.read();
        active = record.activeRegion;
        return record;
      },
      compareAndSet: (expected, next) => epochs.compareAndSet(expected, next),
      initialise: (record) => epochs.initialise(record),
    },
  };
}
