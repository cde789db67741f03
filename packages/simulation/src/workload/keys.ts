// API keys that are made, rotated and revoked while gateways in both regions look at them. A key that stands is never
// refused, and a revoked one is let in nowhere once its owner was told, but for the difference of two clocks.
import { checkKey, createKey, isPortFault, regions, revokeKey, rotateKey } from '@understudy/core';
import type { NewKey } from '@understudy/core';
import { SKEW_MAX_MS } from '../clock/region-clocks.ts';
import { ticks } from '../clock/ticks.ts';
import type { History } from '../history.ts';
import type { Ports, Stage } from '../stage.ts';
import type { Script } from './script.ts';
import { shop } from './shop.ts';

const CHECKS = 30;
const CHANGES = 4;
const OVERLAP_MS = ticks(200);
const APART_MS = 2 * SKEW_MAX_MS;
const why = { by: 'its owner', reason: 'a life' };

interface Held extends NewKey {
  /** Until then nobody may refuse it; for ever when absent. */
  standsUntil?: number;
  /** From then on nobody may let it in. */
  endsAt?: number;
}

export function keyScript(stage: Stage, history: History): Script {
  const { dice, scheduler } = stage;
  const held: Held[] = [];
  const inSome = (name: string, act: (ports: Ports) => Promise<void>) => stage.spawn(dice.pick(regions), name, act);

  const make = async (ports: Ports): Promise<void> => {
    held.push(await createKey(ports, { merchantId: shop.merchantId, live: shop.live, scopes: ['payments:write'] }));
  };

  /** What became of it when the answer is lost nobody knows: the key may end and may stand. */
  const end = async (ports: Ports): Promise<void> => {
    const key = held.findLast((one) => one.standsUntil === undefined);
    if (!key) return make(ports);
    const overlapMs = dice.chance(0.5) ? OVERLAP_MS : 0;
    key.standsUntil = scheduler.nowMs + overlapMs - APART_MS;
    if (overlapMs === 0) await revokeKey(ports, key.keyId, why);
    else {
      const result = await rotateKey(ports, key.keyId, { ...why, overlapMs });
      if (result.code === 'rotated') held.push(result.key);
    }
    key.endsAt = scheduler.nowMs + overlapMs + APART_MS;
  };

  const check = async (ports: Ports): Promise<void> => {
    if (held.length === 0) return;
    const key = dice.pick(held);
    const beganAt = scheduler.nowMs;
    const { code } = await checkKey(ports, key.text);
    if (code === 'valid' && key.endsAt !== undefined && beganAt > key.endsAt) history.see('keys', `${key.keyId}: let in after its owner was told that it is revoked`);
    if (code === 'unauthorized' && (key.standsUntil === undefined || scheduler.nowMs < key.standsUntil)) history.see('keys', `${key.keyId}: refused while it stands`);
  };

  return [
    { atTick: 1, happen: () => void inSome('operator', orLost(make)) },
    ...Array.from({ length: CHANGES }, () => ({ atTick: 50 + dice.integer(1200), happen: () => void inSome('operator', orLost(end)) })),
    ...Array.from({ length: CHECKS }, () => ({ atTick: 20 + dice.integer(1450), happen: () => void inSome('gateway', check) })),
  ];
}

const orLost = (act: (ports: Ports) => Promise<void>) => async (ports: Ports): Promise<void> => {
  await act(ports).catch((error: unknown) => {
    if (!isPortFault(error)) throw error;
  });
};
