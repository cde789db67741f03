// What API Gateway hands the function behind POST /payments, for a payment of this id.

export const acceptEvent = (transactionId: string): object => ({
  httpMethod: 'POST',
  resource: '/payments',
  path: '/payments',
  pathParameters: null,
  headers: { 'Content-Type': 'application/json', Authorization: 'Bearer us_test_key' },
  body: JSON.stringify({ transaction_id: transactionId, customer_id: 'customer-7', amount: '10.00', currency: 'USD', payment_method: 'tok_visa' }),
  isBase64Encoded: false,
  queryStringParameters: null,
  requestContext: { requestId: transactionId, authorizer: { merchant_id: 'm1', live: 'false', scopes: 'payments:write payments:read admin', key_id: 'key_1' } },
});
