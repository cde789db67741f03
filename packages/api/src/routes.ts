// The routes that exist. The gateway, the function manifest and the OpenAPI document are all made from or checked
// against this list.

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** With path parameters in braces, as API Gateway and OpenAPI write them. */
  readonly path: string;
}

export const routes = {
  acceptPayment: { method: 'POST', path: '/payments' },
  readPayment: { method: 'GET', path: '/payments/{transaction_id}' },
  cancelPayment: { method: 'POST', path: '/payments/{transaction_id}/cancel' },
  validatePayment: { method: 'POST', path: '/validate' },
  processPayment: { method: 'POST', path: '/process' },
  openSession: { method: 'POST', path: '/sessions' },
  readSession: { method: 'GET', path: '/sessions/{session_id}' },
  addWebhook: { method: 'POST', path: '/webhooks' },
  listWebhooks: { method: 'GET', path: '/webhooks' },
  removeWebhook: { method: 'DELETE', path: '/webhooks/{webhook_id}' },
  checkHealth: { method: 'GET', path: '/health' },
  readOpenapi: { method: 'GET', path: '/openapi.json' },
} as const;

export type OperationName = keyof typeof routes;

/** Asked without a key. */
export const openOperations: readonly OperationName[] = ['checkHealth', 'readOpenapi'];
