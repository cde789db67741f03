/**
 * What a data folder says about itself while no server runs on it: its role, and the last checkpoint of its control file.
 * Invariant: read-only, except for `markStandby`, which only ever turns a primary's folder into a standby's.
 * A folder appears by rename, complete or not at all, so a missing or unfinished one is simply `empty`.
 */
import { existsSync } from 'node:fs';
import { chown, open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Account } from './binaries.ts';

export type RoleOnDisk = 'primary' | 'standby' | 'empty';

/**
 * How a set of two folders reads after dying in the midst of a switchover:
 * primary + standby: nothing happened, or all of it did: start each as it says;
 * standby + standby: stopped cleanly, not yet promoted: promote either, they are equal;
 * primary + primary never results from a switchover; after a failover it is the killed primary, of the lower timeline.
 */
export function roleOnDisk(dataDir: string): RoleOnDisk {
  if (!existsSync(join(dataDir, 'PG_VERSION'))) return 'empty';
  return existsSync(standbySignal(dataDir)) ? 'standby' : 'primary';
}

const standbySignal = (dataDir: string): string => join(dataDir, 'standby.signal');

/** Makes the folder start as a standby from now on; on disk before it returns. */
export async function markStandby(dataDir: string, account: Account | undefined): Promise<void> {
  const path = standbySignal(dataDir);
  if (existsSync(path)) return;
  const file = await open(path, 'a', 0o600);
  try {
    if (account) await chown(path, account.uid, account.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dataDir);
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface ControlFile {
  readonly systemIdentifier: bigint;
  /** True only after a clean shutdown of a primary: nothing follows the checkpoint. */
  readonly shutDownCleanly: boolean;
  /** Where the record of the last checkpoint begins. */
  readonly checkpointLsn: bigint;
  readonly timeline: number;
}

/** Offsets of the C struct ControlFileData, little endian, PostgreSQL 17. */
const layout = { systemIdentifier: 0, version: 8, state: 16, checkpoint: 32, timeline: 48, bytesMin: 52 } as const;
const controlVersion = 1700;
const stateShutDown = 1;

/** The package has no pg_controldata, and a stopped server cannot be asked. */
export async function readControlFile(dataDir: string): Promise<ControlFile> {
  const bytes = await readFile(join(dataDir, 'global', 'pg_control'));
  const version = bytes.length >= layout.bytesMin ? bytes.readUInt32LE(layout.version) : 0;
  if (version !== controlVersion) throw new Error(`${dataDir}: control file version ${version}, expected ${controlVersion}`);
  return {
    systemIdentifier: bytes.readBigUInt64LE(layout.systemIdentifier),
    shutDownCleanly: bytes.readUInt32LE(layout.state) === stateShutDown,
    checkpointLsn: bytes.readBigUInt64LE(layout.checkpoint),
    timeline: bytes.readUInt32LE(layout.timeline),
  };
}

/** `16/B374D848` as a number that can be compared. */
export function parseLsn(text: string): bigint {
  const [high, low] = text.split('/');
  if (!high || !low) throw new Error(`not a log position: ${text}`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** One spelling per folder, because processes are recognised by it. */
export const canonical = (dataDir: string): string => resolve(dataDir);
