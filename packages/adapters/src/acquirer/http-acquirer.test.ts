import { inspect } from 'node:util';
import { isPortFault, keyText, merchantId, minorUnits, refundId, transactionId } from '@understudy/core';
import type { Acquirer, ChargeRequest, PaymentKey, RefundOrder } from '@understudy/core';
import { acquirerContract, acquirerRefundsContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { Breakage, InMemoryAcquirer } from '../in-memory/index.ts';
import { startServer } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { sha256Hex } from '../system/index.ts';
import { createAcquirerSides } from './acquirer-sides.ts';
import { createHttpAcquirer } from './http-acquirer.ts';
import { startTestAcquirer } from './test-support.ts';

const payment = { merchantId: merchantId('shop'), transactionId: transactionId('a:b'), live: true };
const request: ChargeRequest = {
  ...payment,
  idempotencyKey: sha256Hex(keyText(payment)),
  amount: { minor: minorUnits(9_007_199_254_740_993n), currency: 'JPY' },
  paymentMethod: 'pm_4111111111111111',
};

const order: RefundOrder = { ...payment, refundId: refundId('r:1'), idempotencyKey: sha256Hex('r'), chargeReference: 'ch_1', amount: { minor: minorUnits(9_007_199_254_740_991n), currency: 'JPY' } };

const failureOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return { answered: await call };
  } catch (error) {
    return error;
  }
};

/** Every method, so that none is forgotten when the acquirer misbehaves. */
const methods: Readonly<Record<string, (acquirer: Acquirer) => Promise<unknown>>> = {
  charge: (acquirer) => acquirer.charge(request),
  lookup: (acquirer) => acquirer.lookup(payment),
  void: (acquirer) => acquirer.void(payment, 'ch_1'),
  refund: (acquirer) => acquirer.refund(order),
  lookupRefund: (acquirer) => acquirer.lookupRefund(order),
};

describe('acquirer over HTTP, its contract', () => {
  const make = async () => {
    const [live, test] = [await startTestAcquirer(), await startTestAcquirer()];
    const sideAt = (baseUrl: string) => createHttpAcquirer({ baseUrl, timeoutMs: 1000 });
    const close = async (): Promise<void> => void (await Promise.all([live.close(), test.close()]));
    return {
      acquirer: createAcquirerSides({ live: sideAt(live.url), test: sideAt(test.url) }),
      digest: sha256Hex,
      behave: async (...parameters: Parameters<typeof live.behave>) => [live, test].forEach((server) => server.behave(...parameters)),
      netCharges: async (key: PaymentKey) => live.netCharges(key) + test.netCharges(key),
      refundedMinor: async (key: PaymentKey) => live.refundedMinor(key) + test.refundedMinor(key),
      cutOff: close,
      close,
    };
  };
  for (const one of [...acquirerContract(make), ...acquirerRefundsContract(make)]) it(one.name, () => one.run());
});

describe('acquirer in memory, its contract', () => {
  const make = async () => {
    const acquirer = new InMemoryAcquirer();
    const breakage = new Breakage();
    return {
      acquirer: breakage.subject<Acquirer>(acquirer, { part: 'acquirer' }),
      digest: sha256Hex,
      behave: async (key: PaymentKey, mode: 'decline' | 'in_progress' | 'invalid' | 'charge_no_answer' | undefined) => {
        if (mode) acquirer.behave({ mode, match: (other) => keyText(other) === keyText(key) });
        else acquirer.behaveWell();
      },
      netCharges: async (key: PaymentKey) => acquirer.netCharges(key),
      refundedMinor: async (key: PaymentKey) => acquirer.refunds().filter((refund) => keyText(refund) === keyText(key) && refund.outcome === 'approved').reduce((sum, refund) => sum + refund.amount.minor, 0n),
      cutOff: async () => void breakage.add({ part: 'acquirer', when: 'before' }),
      close: async () => undefined,
    };
  };
  for (const one of [...acquirerContract(make), ...acquirerRefundsContract(make)]) it(one.name, () => one.run());
});

describe('acquirer over HTTP, what it sends', () => {
  it('a charge -> the key as a header, the amount as a string that keeps every unit, and who asks', async () => {
    const server = await startTestAcquirer();
    await createHttpAcquirer({ baseUrl: `${server.url}/`, apiKey: 'secret' }).charge(request);
    expect(server.heard[0]).toMatchObject({ method: 'POST', path: '/v1/charges' });
    expect(server.heard[0]?.headers).toMatchObject({ 'idempotency-key': request.idempotencyKey, authorization: 'Bearer secret', 'content-type': 'application/json' });
    expect(JSON.parse(server.heard[0]?.body ?? '')).toEqual({
      merchant_id: 'shop', transaction_id: 'a:b', amount_minor: '9007199254740993', currency: 'JPY', payment_method: 'pm_4111111111111111', live: true,
    });
    await server.close();
  });

  it('a void -> addressed by the digest of the payment, with the reference', async () => {
    const server = await startTestAcquirer();
    await createHttpAcquirer({ baseUrl: server.url }).void(payment, 'ch_1');
    expect(server.heard[0]).toMatchObject({ method: 'POST', path: `/v1/charges/${request.idempotencyKey}/void`, body: '{"reference":"ch_1"}' });
    await server.close();
  });

  it('a refund -> its key as a header, and all that names it', async () => {
    const server = await startTestAcquirer();
    await createHttpAcquirer({ baseUrl: server.url }).refund(order);
    expect(server.heard[0]).toMatchObject({ method: 'POST', path: '/v1/refunds', headers: { 'idempotency-key': order.idempotencyKey } });
    expect(JSON.parse(server.heard[0]?.body ?? '')).toEqual({
      merchant_id: 'shop', transaction_id: 'a:b', refund_id: 'r:1', charge_reference: 'ch_1', amount_minor: '9007199254740991', currency: 'JPY', live: true,
    });
    await server.close();
  });

  it('a charge under a key that a void would not find -> a bug, before anything is sent', async () => {
    const server = await startTestAcquirer();
    const failure = await failureOf(createHttpAcquirer({ baseUrl: server.url }).charge({ ...request, idempotencyKey: sha256Hex('other') }));
    expect(failure).toMatchObject({ name: 'AssertionFault' });
    expect(server.heard).toEqual([]);
    await server.close();
  });
});

describe('acquirer over HTTP, in trouble', () => {
  for (const [method, use] of Object.entries(methods)) {
    it.each([...silences, ...garbage])(`${method}: $name -> a retryable fault within the limit, quoting nothing`, async ({ start }) => {
      const server = await start();
      const before = performance.now();
      const failure = await failureOf(use(createHttpAcquirer({ baseUrl: server.url, timeoutMs: 250 })));
      expect(isPortFault(failure) && failure.port === 'acquirer' && failure.retryable).toBe(true);
      expect(performance.now() - before).toBeLessThan(1000);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('4111');
      await server.close();
    });
  }
});

interface Row {
  readonly method: string;
  readonly status: number;
  readonly body: string;
}

const rowsOf = (method: string, answers: readonly (readonly [number, unknown])[]): readonly Row[] =>
  answers.map(([status, body]) => ({ method, status, body: JSON.stringify(body) }));

const approved = { status: 'approved', reference: 'ch_1' };
const declined = { status: 'declined', reference: 'ch_1', code: 'card_declined' };

/** Well-formed answers that say two things at once, or not enough. */
const inconsistent: readonly Row[] = [
  ...rowsOf('charge', [
    [200, declined], [200, { status: 'in_progress' }], [200, { status: 'approved' }], [200, { status: 'approved', reference: '' }], [200, { status: 'approved', reference: 7 }],
    [201, approved], [202, approved], [302, approved], [401, { status: 'invalid', code: 'unauthorized' }], [402, approved], [402, { status: 'declined', reference: 'ch_1' }],
    [402, { status: 'declined', reference: 'ch_1', code: 'card 4111111111111111' }], [402, { status: 'declined', reference: 'ch_1', code: '4111111111111111' }],
    [404, { status: 'none' }], [409, approved], [409, { error: 'conflict' }], [422, declined], [422, { status: 'invalid' }], [422, { status: 'invalid', code: 'key_reused' }], [429, declined], [500, declined], [503, { status: 'invalid', code: 'x' }],
  ]),
  ...rowsOf('refund', [[200, declined], [201, approved], [402, approved], [404, { status: 'none' }], [422, { status: 'invalid', code: 'key_reused' }], [500, declined]]),
  ...rowsOf('lookupRefund', [[200, {}], [404, { status: 'none' }], [500, { status: 'none' }], [402, declined]]),
  ...rowsOf('lookup', [
    [200, {}], [200, { status: 'approved' }], [200, { ...approved, voided: 'no' }], [200, { status: 'invalid', code: 'x' }], [200, { status: 'NONE' }], [200, null],
    [404, { status: 'none' }], [429, { status: 'none' }], [500, { status: 'none' }], [402, declined],
  ]),
  ...rowsOf('void', [
    [200, { status: 'none' }], [200, approved], [200, {}], [202, { status: 'voided' }], [404, { status: 'voided' }], [404, {}], [409, { status: 'voided' }], [500, { status: 'voided' }],
  ]),
];

const ask = async (row: Row): Promise<unknown> => {
  const server = await startServer(() => ({ status: row.status, body: row.body }));
  const outcome = await failureOf(methods[row.method]!(createHttpAcquirer({ baseUrl: server.url })));
  await server.close();
  return outcome;
};

describe('acquirer over HTTP, what an answer means', () => {
  it.each(inconsistent)('$method: $status with $body -> unknown, a retryable fault', async (row) => {
    const outcome = await ask(row);
    expect(isPortFault(outcome) && outcome.retryable).toBe(true);
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain('4111');
  });

  it.each([
    { ...rowsOf('charge', [[422, { status: 'invalid', code: 'bad_method', message: 'No card 4111111111111111' }]])[0]!, outcome: { code: 'invalid', reason: 'bad_method' } },
    { ...rowsOf('lookup', [[200, { ...approved, voided: true }]])[0]!, outcome: { code: 'none' } },
    { ...rowsOf('lookup', [[200, { ...approved, voided: false, extra: 1 }]])[0]!, outcome: { code: 'approved', reference: 'ch_1' } },
    { ...rowsOf('lookup', [[200, declined]])[0]!, outcome: { code: 'declined', reference: 'ch_1', reason: 'card_declined' } },
    { ...rowsOf('lookup', [[200, { status: 'in_progress' }]])[0]!, outcome: { code: 'in_progress' } },
    { ...rowsOf('void', [[200, { status: 'declined' }]])[0]!, outcome: undefined },
    { ...rowsOf('void', [[404, { status: 'none' }]])[0]!, outcome: undefined },
  ])('$method: $status with $body -> definite', async ({ outcome, ...row }) => {
    expect(await ask(row)).toEqual({ answered: outcome });
  });
});
