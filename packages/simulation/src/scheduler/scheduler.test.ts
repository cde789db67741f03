// Who is let on, and when.
import { createWorld } from '@understudy/adapters/in-memory';
import { expect, test } from 'vitest';
import { ticks } from '../clock/ticks.ts';
import { noTrace } from '../trace/trace.ts';
import { Dice } from './dice.ts';
import { Scheduler } from './scheduler.ts';

const east = { region: 'us-east-1', name: 'one', dead: false } as const;
const west = { region: 'us-east-2', name: 'other', dead: false } as const;

async function setUp() {
  const world = await createWorld({ seed: 1 });
  const scheduler = new Scheduler(world, new Dice(1), noTrace);
  const startedAt = world.clock.now();
  const wentOn: { readonly name: string; readonly atTick: number }[] = [];
  const wait = (actor: typeof east | typeof west, forTicks: number) => void scheduler.pause({ ...actor }, ticks(forTicks)).then(() => wentOn.push({ name: actor.name, atTick: (world.clock.now() - startedAt) / ticks(1) }));
  const stepUntilNobodyWaits = async () => {
    for (let steps = 0; steps < 100; steps += 1) await scheduler.step();
    return wentOn;
  };
  return { scheduler, wait, stepUntilNobodyWaits };
}

test('scheduler: a region stands still -> who waits in it already, or comes to wait, goes on afterwards; others go on', async () => {
  const { scheduler, wait, stepUntilNobodyWaits } = await setUp();
  wait(east, 5);
  wait(west, 6);
  scheduler.pauseRegion('us-east-1', ticks(50));
  wait(east, 7);
  expect(await stepUntilNobodyWaits()).toEqual([{ name: 'other', atTick: 6 }, { name: 'one', atTick: 50 }, { name: 'one', atTick: 51 }]);
  expect(scheduler.steps).toBe(3);
});

test('scheduler: a region stands still anew, for less -> the later time counts', async () => {
  const { scheduler, wait, stepUntilNobodyWaits } = await setUp();
  wait(east, 5);
  wait(east, 30);
  scheduler.pauseRegion('us-east-1', ticks(50));
  scheduler.pauseRegion('us-east-1', ticks(20));
  expect(await stepUntilNobodyWaits()).toEqual([{ name: 'one', atTick: 20 }, { name: 'one', atTick: 30 }]);
});
