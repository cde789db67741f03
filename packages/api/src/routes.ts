// The routes that exist. The gateway, the function manifest and the OpenAPI document are all made from or checked
// against this list.
import type { Scope } from '@understudy/core';

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** With path parameters in braces, as API Gateway and OpenAPI write them. */
  readonly path: string;
  /** What a key must be allowed to do; null for what is asked without a key. */
  readonly scope: Scope | null;
}

export const routes = {
  acceptPayment: { method: 'POST', path: '/payments', scope: 'payments:write' },
  readPayment: { method: 'GET', path: '/payments/{transaction_id}', scope: 'payments:read' },
  readReceipt: { method: 'GET', path: '/payments/{transaction_id}/receipt', scope: 'payments:read' },
  listPayments: { method: 'GET', path: '/customers/{customer_id}/payments', scope: 'payments:read' },
  cancelPayment: { method: 'POST', path: '/payments/{transaction_id}/cancel', scope: 'payments:write' },
  acceptRefund: { method: 'POST', path: '/payments/{transaction_id}/refunds', scope: 'payments:write' },
  listRefunds: { method: 'GET', path: '/payments/{transaction_id}/refunds', scope: 'payments:read' },
  validatePayment: { method: 'POST', path: '/validate', scope: 'payments:write' },
  processPayment: { method: 'POST', path: '/process', scope: 'payments:write' },
  openSession: { method: 'POST', path: '/sessions', scope: 'payments:write' },
  readSession: { method: 'GET', path: '/sessions/{session_id}', scope: 'payments:read' },
  addWebhook: { method: 'POST', path: '/webhooks', scope: 'payments:write' },
  listWebhooks: { method: 'GET', path: '/webhooks', scope: 'payments:read' },
  removeWebhook: { method: 'DELETE', path: '/webhooks/{webhook_id}', scope: 'payments:write' },
  checkHealth: { method: 'GET', path: '/health', scope: null },
  readOpenapi: { method: 'GET', path: '/openapi.json', scope: null },
} as const;

export type OperationName = keyof typeof routes;

/** Asked without a key. */
export const openOperations: readonly OperationName[] = (Object.keys(routes) as OperationName[]).filter((name) => routes[name].scope === null);
