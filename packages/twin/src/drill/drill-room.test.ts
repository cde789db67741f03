import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DrillRoom } from './drill-room.ts';

const folder = mkdtempSync(join(tmpdir(), 'understudy-drills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('drills: the twin died while it wrote one down -> the others are listed', async () => {
  writeFileSync(join(folder, '1-kept.run.json'), '{"name":"1-kept"}');
  writeFileSync(join(folder, '2-torn.run.json'), '{"name":"2-to');
  expect((await new DrillRoom(folder, () => {}).list()).runs).toEqual([{ name: '1-kept' }]);
});

test.each(['../secret', '..%2fsecret', 'a/b', ''])('drills: a report by the name %j -> none, whatever lies there', async (name) => {
  writeFileSync(join(folder, 'secret.html'), 'x');
  expect(await new DrillRoom(join(folder, 'inner'), () => {}).report(name)).toBeUndefined();
});
