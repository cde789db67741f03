// The functions that exist, as data: the local twin hosts them and the infrastructure deploys them from this one list.
import { routes } from '@understudy/api';
import type { Route } from '@understudy/api';
import { acceptRights, acceptVariables } from './accept/config.ts';
import { authorizeRights, authorizeVariables } from './authorize/config.ts';
import { cancelRights, cancelVariables } from './cancel/config.ts';
import { confirmRights, confirmVariables } from './confirm/config.ts';
import { detectRights, detectVariables, witnessRights, witnessVariables } from './detect/config.ts';
import { healthRights, healthVariables } from './health/config.ts';
import { installRights, installVariables } from './install/config.ts';
import { notifyRights, notifyVariables } from './notify/config.ts';
import { orchestrateRights, orchestrateVariables } from './orchestrate/config.ts';
import { publishRights, publishVariables } from './publish/config.ts';
import { processRights, processVariables } from './process/config.ts';
import { purgeRights, purgeVariables } from './purge/config.ts';
import { readRights, readVariables } from './read/config.ts';
import { receiptsRights, receiptsVariables } from './receipts/config.ts';
import { reconcileRights, reconcileVariables } from './reconcile/config.ts';
import { refundsRights, refundsVariables } from './refunds/config.ts';
import { sessionsRights, sessionsVariables } from './sessions/config.ts';
import { settleRights, settleVariables } from './settle/config.ts';
import { webhooksRights, webhooksVariables } from './webhooks/config.ts';
import type { Right } from './shared/rights.ts';
import type { VariableName } from './shared/variables.ts';

export * from './deployment.ts';
export * from './gateway.ts';
export type { Right } from './shared/rights.ts';
export { isTableRight, tableGrants } from './table-rights.ts';
export type { TableGrant, TableRight } from './table-rights.ts';
export type { VariableName } from './shared/variables.ts';

export type FunctionName = 'accept' | 'authorize' | 'cancel' | 'confirm' | 'detect' | 'health' | 'install' | 'notify' | 'orchestrate' | 'process' | 'publish' | 'purge' | 'read' | 'receipts' | 'reconcile' | 'refunds' | 'sessions' | 'settle' | 'webhooks';

export interface FunctionSpec {
  readonly name: FunctionName;
  /** Its source, from the folder of this file. */
  readonly entry: string;
  readonly kind: 'http' | 'authorizer' | 'queue' | 'schedule' | 'workflow' | 'deployment';
  /** Of an HTTP function. */
  readonly routes?: readonly Route[];
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Its environment; those that variables.ts calls optional may be left out. */
  readonly variables: readonly VariableName[];
  readonly rights: readonly Right[];
  /** It runs in the witness region too, with these instead. */
  readonly witness?: { readonly variables: readonly VariableName[]; readonly rights: readonly Right[] };
}

/** As long as a scheduled function may run: a pass over a long backlog ends by its own limits. */
const LONG_MS = 900_000;

export const functions: readonly FunctionSpec[] = [
  {
    name: 'accept', entry: 'accept/accept.lambda.ts', kind: 'http', routes: [routes.acceptPayment, routes.validatePayment],
    timeoutMs: 15_000, memoryMb: 512, variables: acceptVariables, rights: acceptRights,
  },
  {
    // Asked by the gateway before every function with a route that names a scope. It fails for every wrong key, as the
    // gateway wants it: its errors are no alarm. The gateway waits for 10 s at most.
    name: 'authorize', entry: 'authorize/authorize.lambda.ts', kind: 'authorizer',
    timeoutMs: 8000, memoryMb: 512, variables: authorizeVariables, rights: authorizeRights,
  },
  {
    // Above the wait for an outcome (10 s) and what may precede and follow it; below API Gateway's 29 s.
    name: 'process', entry: 'process/process.lambda.ts', kind: 'http', routes: [routes.processPayment],
    timeoutMs: 28_000, memoryMb: 1024, variables: processVariables, rights: processRights,
  },
  {
    name: 'read', entry: 'read/read.lambda.ts', kind: 'http', routes: [routes.readPayment, routes.listPayments, routes.readOpenapi],
    timeoutMs: 15_000, memoryMb: 512, variables: readVariables, rights: readRights,
  },
  {
    name: 'receipts', entry: 'receipts/receipts.lambda.ts', kind: 'http', routes: [routes.readReceipt],
    timeoutMs: 15_000, memoryMb: 512, variables: receiptsVariables, rights: receiptsRights,
  },
  {
    name: 'cancel', entry: 'cancel/cancel.lambda.ts', kind: 'http', routes: [routes.cancelPayment],
    timeoutMs: 20_000, memoryMb: 512, variables: cancelVariables, rights: cancelRights,
  },
  {
    name: 'refunds', entry: 'refunds/refunds.lambda.ts', kind: 'http', routes: [routes.acceptRefund, routes.listRefunds],
    timeoutMs: 20_000, memoryMb: 512, variables: refundsVariables, rights: refundsRights,
  },
  {
    name: 'health', entry: 'health/health.lambda.ts', kind: 'http', routes: [routes.checkHealth],
    timeoutMs: 5000, memoryMb: 512, variables: healthVariables, rights: healthRights,
  },
  {
    name: 'sessions', entry: 'sessions/sessions.lambda.ts', kind: 'http', routes: [routes.openSession, routes.readSession],
    timeoutMs: 15_000, memoryMb: 512, variables: sessionsVariables, rights: sessionsRights,
  },
  {
    // A sixth of the queue's visibility of 300 s, as SQS asks for.
    name: 'settle', entry: 'settle/settle.lambda.ts', kind: 'queue',
    timeoutMs: 50_000, memoryMb: 1024, variables: settleVariables, rights: settleRights,
  },
  {
    // Called by a schedule as well. A pass goes on for 45 s at most, and what it has under way then takes seconds.
    name: 'notify', entry: 'notify/notify.lambda.ts', kind: 'queue',
    timeoutMs: 60_000, memoryMb: 512, variables: notifyVariables, rights: notifyRights,
  },
  {
    name: 'webhooks', entry: 'webhooks/webhooks.lambda.ts', kind: 'http', routes: [routes.addWebhook, routes.listWebhooks, routes.removeWebhook],
    timeoutMs: 15_000, memoryMb: 512, variables: webhooksVariables, rights: webhooksRights,
  },
  {
    name: 'reconcile', entry: 'reconcile/reconcile.lambda.ts', kind: 'schedule',
    timeoutMs: LONG_MS, memoryMb: 1024, variables: reconcileVariables, rights: reconcileRights,
  },
  {
    name: 'confirm', entry: 'confirm/confirm.lambda.ts', kind: 'schedule',
    timeoutMs: LONG_MS, memoryMb: 1024, variables: confirmVariables, rights: confirmRights,
  },
  {
    name: 'purge', entry: 'purge/purge.lambda.ts', kind: 'schedule',
    timeoutMs: LONG_MS, memoryMb: 512, variables: purgeVariables, rights: purgeRights,
  },
  {
    name: 'detect', entry: 'detect/detect.lambda.ts', kind: 'schedule',
    timeoutMs: 30_000, memoryMb: 512, variables: detectVariables, rights: detectRights,
    witness: { variables: witnessVariables, rights: witnessRights },
  },
  {
    name: 'publish', entry: 'publish/publish.lambda.ts', kind: 'schedule',
    timeoutMs: LONG_MS, memoryMb: 1024, variables: publishVariables, rights: publishRights,
  },
  {
    name: 'orchestrate', entry: 'orchestrate/orchestrate.lambda.ts', kind: 'workflow',
    timeoutMs: LONG_MS, memoryMb: 1024, variables: orchestrateVariables, rights: orchestrateRights,
  },
  {
    // At each deployment, before the functions that need what it brings.
    name: 'install', entry: 'install/install.lambda.ts', kind: 'deployment',
    timeoutMs: LONG_MS, memoryMb: 512, variables: installVariables, rights: installRights,
  },
];
