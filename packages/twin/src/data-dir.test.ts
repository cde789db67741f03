// Where the ledgers of a data folder are when PostgreSQL may not walk into it, and what is left of them.
import { existsSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataDir } from './data-dir.ts';

const isRoot = process.getuid?.() === 0;

let closed: string;
let path: string;
beforeEach(() => {
  closed = mkdtempSync(join(tmpdir(), 'understudy-closed-'));
  path = join(closed, 'data');
});
afterEach(() => rmSync(closed, { recursive: true }));

const open = () => openDataDir(path, { fresh: false });
const linked = () => realpathSync(join(path, 'ledger'));

test.skipIf(!isRoot)('data folder: closed to PostgreSQL, and the start failed before there was a ledger -> nothing is left elsewhere, and the next start makes it anew', () => {
  const first = open();
  const elsewhere = linked();
  expect(elsewhere).toMatch(/^\/var\/tmp\/understudy-ledger-/);
  first.release();
  expect([existsSync(elsewhere), lstatSync(join(path, 'ledger'), { throwIfNoEntry: false })]).toEqual([false, undefined]);
  const second = open();
  expect(existsSync(linked())).toBe(true);
  second.release();
});

test.skipIf(!isRoot)('data folder: closed to PostgreSQL, with a ledger in it -> found again', () => {
  const first = open();
  const elsewhere = linked();
  mkdirSync(first.ledger('us-east-1'));
  first.release();
  const second = open();
  expect(linked()).toBe(elsewhere);
  expect(existsSync(second.ledger('us-east-1'))).toBe(true);
  rmSync(second.ledger('us-east-1'), { recursive: true });
  second.release();
});

test('data folder: let go -> the next twin may have it', () => {
  open().release();
  open().release();
  const held = open();
  expect(open).toThrow('another twin');
  held.release();
});
