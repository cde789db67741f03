// Whether a text is the id of a session that this merchant opened, and what it then says. Needs no table.
import { formatAmount } from '../domain/money/money.ts';
import type { PaymentRequest } from '../domain/payment/payment-request.ts';
import { readToken, signedText, tokenCustomer } from '../domain/session/session-token.ts';
import type { Token, TokenFacts } from '../domain/session/session-token.ts';
import type { SessionId } from '../domain/session/session.ts';
import type { Digest } from '../ports/digest.ts';
import type { Signer } from '../ports/signer.ts';
import type { Caller } from './accept-payment.ts';

/** The facts of a session of this caller; undefined for any other text. Throws PortFault of port `signer`. */
export async function verifySession(signer: Signer, caller: Caller, id: SessionId): Promise<Token | undefined> {
  const token = readToken(id);
  return token && (await signer.verify(token.keyId, signedText(caller, token.body), token.mac)) ? token : undefined;
}

/** The first field in which a payment is not what its session asks for. */
export function unlikeSession(facts: TokenFacts, request: PaymentRequest, digest: Digest): { readonly field: string; readonly message: string } | undefined {
  const { amount } = facts;
  if (request.amount.currency !== amount.currency) return { field: 'currency', message: `currency must be the session's, ${amount.currency}` };
  if (request.amount.minor !== amount.minor) return { field: 'amount', message: `amount must be the session's, ${formatAmount(amount)}` };
  const customer = tokenCustomer(request.customerId, digest);
  if (customer.kind !== facts.customer.kind || customer.text !== facts.customer.text) return { field: 'customer_id', message: 'customer_id must be the session\'s' };
  return undefined;
}
