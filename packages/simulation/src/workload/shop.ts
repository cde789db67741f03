// The merchant of every life, and how its payments are named: one whose id ends in a 3 or a 7 is declined.
import { customerId, merchantId, minorUnits, transactionId } from '@understudy/core';
import type { Caller, PaymentKey, PaymentRequest } from '@understudy/core';

export const shop: Caller = { merchantId: merchantId('shop'), live: true };
export const customer: PaymentRequest['customerId'] = customerId('customer-1');
/** Of a session, and of a payment whose id says nothing else. */
export const price: PaymentRequest['amount'] = { minor: minorUnits(1000n), currency: 'USD' };

export const isDeclined = (id: string): boolean => /[37]$/.test(id);
const isInEuros = (id: string): boolean => /^p[5-9]$/.test(id);
export const keyOf = (id: string): PaymentKey => ({ merchantId: shop.merchantId, transactionId: transactionId(id) });
export const requestOf = (id: string): PaymentRequest => ({ transactionId: transactionId(id), customerId: customer, amount: isInEuros(id) ? { ...price, currency: 'EUR' } : price, paymentMethod: 'pm_visa' });
