// A twin's own bundles: those of the checkout, and no longer theirs once the twin has them.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '@understudy/functions/bundle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundlesIn } from './bundles.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-twin-bundles-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("bundles: a twin starts -> every function from a file of its own, which says what the checkout's says", async () => {
  const own = await bundlesIn(folder);
  const ofTheCheckout = await bundleFunctions('.bundles');
  expect(Object.keys(own)).toEqual(Object.keys(ofTheCheckout));
  for (const [name, path] of Object.entries(own)) {
    expect(path).toBe(join(folder, name, 'index.mjs'));
    const source = ofTheCheckout[name as keyof typeof ofTheCheckout];
    expect(readFileSync(path).equals(readFileSync(source))).toBe(true);
    // Not the same file under two names: building again must not change what runs.
    expect(statSync(path).ino).not.toBe(statSync(source).ino);
  }
});
