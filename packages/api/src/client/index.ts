// The client library: the payment API for callers who go on when a region does not. One module without dependencies, for
// browsers, Node from 20 and Lambda.
export { PaymentError, UnansweredError } from './errors.ts';
export { PaymentClient } from './payment-client.ts';
export type { ClientOptions, SettledPayment } from './payment-client.ts';
export type { CallOptions, ListOptions, PaymentRequest, ProcessRequest, RefundRequest, SessionRequest, WebhookRequest } from './requests.ts';
export { verifyWebhook, WebhookError } from './verify-webhook.ts';
export type { VerifyOptions, WebhookEvent, WebhookHeaders } from './verify-webhook.ts';
export type { Clock, Fetch, World } from './world.ts';
export type { AcceptedBody, CancelledBody, PaymentBody, PaymentsBody, ProcessedBody, ReceiptBody, RefundBody, RefundsBody, RegionName, SessionBody, ValidatedBody, WebhookBody } from '../bodies.ts';
export type { ErrorCode, FieldFault } from '../error-codes.ts';
