/** The desk over this twin, opened when it is first asked for: its adapters, the audit in a process of its own, the API by its key. */
import { userInfo } from 'node:os';
import { createDesk } from '@understudy/console/desk';
import type { ApiDoor, AuditOutcome, Desk, DeskPorts } from '@understudy/console/desk';
import { startChild } from '../child.ts';
import type { Child, ChildMessage } from '../child.ts';
import type { OperatorAddresses } from '../environment.ts';
import { openRecords } from './desk-ports.ts';

/** Longer than an API may take to answer. */
const API_LIMIT_MS = 10_000;

export interface TwinDeskOptions {
  readonly addresses: OperatorAddresses;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly logFile: string;
}

export interface TwinDesk {
  readonly answer: Desk;
  close(): Promise<void>;
}

export function openTwinDesk({ addresses, apiUrl, apiKey, logFile }: TwinDeskOptions): TwinDesk {
  const records = openRecords(addresses);
  const audits = new Set<Child>();
  const ports: DeskPorts = { ...records.ports, of: 'twin', by: userInfo().username, api: doorTo(apiUrl, apiKey), audit: (quietMs, progress) => auditInChild({ addresses, quietMs, logFile, audits }, progress) };
  return {
    answer: createDesk(ports),
    close: async () => {
      await Promise.all([...audits].map((child) => child.kill()));
      await records.close();
    },
  };
}

const doorTo = (apiUrl: string, apiKey: string): ApiDoor => async (method, path, body) => {
  const answer = await fetch(apiUrl + path, {
    method, signal: AbortSignal.timeout(API_LIMIT_MS), headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
  }).catch(() => undefined);
  if (!answer) return { status: 503, body: { code: 'unavailable', error: 'the API does not answer; whether it was done is not known' } };
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as object };
};

interface AuditRun {
  readonly addresses: OperatorAddresses;
  readonly quietMs: number;
  readonly logFile: string;
  readonly audits: Set<Child>;
}

type Progress = Parameters<DeskPorts['audit']>[1];

async function auditInChild({ addresses, quietMs, logFile, audits }: AuditRun, progress: Progress): Promise<AuditOutcome | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<AuditOutcome | undefined>();
  const child = await startChild({
    entry: new URL('audit.process.ts', import.meta.url), configuration: { addresses, quietMs }, logFile,
    onMessage: (message: ChildMessage) => {
      if (message.event === 'progress') progress(message['step'] as Parameters<Progress>[0]);
      if (message.event === 'outcome') resolve((message['outcome'] as AuditOutcome | null) ?? undefined);
      if (message.event === 'fault') reject(new Error(String(message['because'])));
    },
    onCrash: (how) => reject(new Error(`the audit ended before it was done (${how})`)),
  });
  audits.add(child);
  try {
    return await promise;
  } finally {
    audits.delete(child);
    await child.stop();
  }
}
