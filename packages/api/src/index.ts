// The HTTP contract: error codes, bodies, routes, and the OpenAPI document made from them. No platform.
export type { AcceptedBody, CancelledBody, PaymentBody, PaymentsBody, ProcessedBody, ReceiptBody, RefundBody, RefundsBody, RegionName, SessionBody, ValidatedBody, WebhookBody } from './bodies.ts';
export { errorBody, errorStatus, invalidRequestBody } from './error-codes.ts';
export type { ErrorBody, ErrorCode, FieldFault } from './error-codes.ts';
export { openapiDocument } from './openapi.ts';
export type { OpenapiDocument, OpenapiOperation, OpenapiResponse } from './openapi.ts';
export type { Schema } from './openapi-schemas.ts';
export { acceptedBody, cancelledBody, failureCode, healthBody, paymentBody, paymentsBody, processedBody, validatedBody } from './payment-body.ts';
export type { HealthBody } from './payment-body.ts';
export { acceptedRefundBody, refundsBody } from './refund-body.ts';
export { sessionBody } from './session-body.ts';
export { newWebhookBody, removedWebhookBody, webhookBody, webhooksBody } from './webhook-body.ts';
export { openOperations, routes } from './routes.ts';
export type { Method, OperationName, Route } from './routes.ts';
