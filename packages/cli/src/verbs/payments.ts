// `understudy payments list|refund|cancel`: what a merchant sees and does with payments that are there.
import type { CancelledBody, PaymentBody } from '@understudy/api/client';
import { asked, clientOf } from '../api-client.ts';
import type { KeyOptions } from '../api-client.ts';
import { exitCodes } from '../exit.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

interface ListOptions extends KeyOptions {
  readonly customer: string;
  readonly limit: number;
  readonly cursor?: string;
}

export async function list(desk: Desk, options: ListOptions): Promise<Answer> {
  const { customer, limit, cursor } = options;
  const client = await clientOf(desk, options);
  const page = await asked(client.listPayments(customer, { limit, ...(cursor !== undefined && { cursor }) }));
  const more = page.next_cursor === undefined ? '' : `\nMore: understudy payments list --customer ${customer} --cursor ${page.next_cursor}`;
  return { exitCode: exitCodes.ok, json: page, text: page.payments.length === 0 ? `${customer} has no payments.` : `${tableText(heads, page.payments.map(rowOf))}${more}` };
}

const heads = ['payment', 'status', 'amount', 'accepted', 'in', 'settled', 'why not'];

const rowOf = (payment: PaymentBody | CancelledBody): readonly string[] =>
  'amount' in payment
    ? [payment.transaction_id, payment.status, `${payment.amount} ${payment.currency}`, payment.accepted_at, payment.accepted_region, payment.settled_at ?? '', payment.error ?? '']
    : [payment.transaction_id, payment.status, '', '', '', '', ''];

interface RefundOptions extends KeyOptions {
  readonly refundId: string;
  readonly amount?: string;
}

export async function refund(desk: Desk, options: RefundOptions, [id = '']: readonly string[]): Promise<Answer> {
  const { refundId, amount } = options;
  const client = await clientOf(desk, options);
  const made = await asked(client.refund(id, { refund_id: refundId, ...(amount !== undefined && { amount }) }));
  return { exitCode: exitCodes.ok, json: made, text: `Refund ${refundId} of ${made.amount} is ${made.status}; \`understudy payments show ${id}\` tells what becomes of it.` };
}

export async function cancel(desk: Desk, options: KeyOptions, [id = '']: readonly string[]): Promise<Answer> {
  const client = await clientOf(desk, options);
  const cancelled = await asked(client.cancel(id));
  return { exitCode: exitCodes.ok, json: cancelled, text: `${id} is cancelled: it is not charged, and its id is spent.` };
}
