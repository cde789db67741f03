// Alerts are best effort, but one lost request is not the end of the effort.
import { expect, test } from 'vitest';
import type { Alert } from '../ports/alerts.ts';
import { tellThrough } from './tell.ts';
import { alertsOf, createWorld, east } from './world.test-support.ts';

const alert: Alert = { kind: 'failover_started', sentence: 'The active role moves.', detail: {} };

test('tell: the first request is lost, as on a connection that died while its process was frozen -> told all the same', async () => {
  const world = await createWorld({ seed: 1 });
  const { alerts, log } = world.regions[east];
  let lost = false;
  const mend = world.breakage.add({ part: 'alerts', when: 'before' });
  await tellThrough({
    raise: async (one) => {
      if (lost) mend();
      lost = true;
      return alerts.raise(one);
    },
  }, log)(alert);
  expect(alertsOf(world)).toEqual(['failover_started']);
});

test('tell: nobody can be told -> the work goes on', async () => {
  const world = await createWorld({ seed: 1 });
  const { alerts, log } = world.regions[east];
  world.breakage.add({ part: 'alerts', when: 'before' });
  await tellThrough(alerts, log)(alert);
  expect(alertsOf(world)).toEqual([]);
});
