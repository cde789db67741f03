// `understudy pay`: one payment, or all of a file, through the client library.
// Invariant: the same command given again sends the same ids, so nobody is charged twice; what has its result is not sent.
import { randomUUID } from 'node:crypto';
import type { PaymentClient, PaymentRequest } from '@understudy/api/client';
import { asked, clientOf } from '../api-client.ts';
import type { KeyOptions } from '../api-client.ts';
import { exitCodes, usageFault } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readPayments } from '../payments-file/read.ts';
import { readResults, ResultFile, statuses, unfinished } from '../payments-file/results.ts';
import type { Result, Status } from '../payments-file/results.ts';
import { sendAll } from '../payments-file/send.ts';
import type { SendOne } from '../payments-file/send.ts';
import { tableText } from '../table-text.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options extends KeyOptions {
  readonly id?: string;
  readonly customer: string;
  readonly amount?: string;
  readonly currency: string;
  readonly method: string;
  readonly session?: string;
  readonly file?: string;
  readonly out?: string;
  readonly rate: number;
  readonly wait: boolean;
}

export async function pay(desk: Desk, options: Options): Promise<Answer> {
  const { file, amount, id, session, out } = options;
  if (file === undefined) {
    if (out !== undefined) throw usageFault('--out goes with --file');
    if (amount === undefined) throw usageFault('say how much with --amount 12.50, or name a file of payments with --file');
    return payOne(desk, { ...options, amount });
  }
  if (amount !== undefined || id !== undefined || session !== undefined) throw usageFault('with --file, payments come from the file alone: leave --amount, --id and --session out');
  return payFile(desk, { ...options, file });
}

const sender = (client: PaymentClient, waits: boolean): SendOne => async (payment) => {
  if (!waits) return (await client.pay(payment)).status;
  await client.payAndWait(payment);
  return 'processed';
};

async function payOne(desk: Desk, options: Options & { readonly amount: string }): Promise<Answer> {
  const { customer, amount, currency, method, session } = options;
  const id = options.id ?? `pay-${randomUUID()}`;
  const payment: PaymentRequest = { transaction_id: id, customer_id: customer, amount, currency, payment_method: method, ...(session !== undefined && { session_id: session }) };
  const client = await clientOf(desk, options);
  // Before it is sent: whoever gets no answer needs it.
  if (options.id === undefined) desk.say(`transaction_id ${id}`);
  desk.onStop(() => `stopped; whether ${id} is charged is not known: give the same command with --id ${id}, or \`understudy payments cancel ${id}\``);
  const status = await asked(sender(client, options.wait)(payment));
  return { exitCode: exitCodes.ok, json: { transaction_id: id, status }, text: `${id} is ${status}: ${amount} ${currency}.${status === 'accepted' ? ' That is not charged yet.' : ''}` };
}

async function payFile(desk: Desk, options: Options & { readonly file: string }): Promise<Answer> {
  const { file, rate, wait, out = `${file}.results.ndjson` } = options;
  const lines = await readPayments(file);
  const before = await readResults(out);
  const todo = unfinished(lines, before, wait);
  const client = await clientOf(desk, options);
  const results = new Map(lines.flatMap(({ payment: { transaction_id: id } }) => { const old = before.get(id); return old ? [[id, old] as const] : []; }));
  const written = new ResultFile(out);
  if (todo.length < lines.length) desk.say(`${lines.length - todo.length} of ${lines.length} payments have their result in ${out} already`);
  let done = 0;
  desk.onStop(() => `stopped after ${done} of ${todo.length}; the same command goes on from there`);
  try {
    await asked(sendAll(todo, {
      ratePerSecond: rate, send: sender(client, wait),
      tell: (result) => {
        written.add(result);
        results.set(result.transaction_id, result);
        desk.progress({ doing: `payments of ${file}`, done: (done += 1), of: todo.length });
      },
    }));
  } finally {
    written.close();
  }
  return summary([...results.values()], { out, sent: todo.length });
}

const meaning: Readonly<Record<Status, string>> = {
  processed: 'charged, and in the books',
  declined: 'the acquirer said no; its id is spent',
  refused: 'the API said no, and will again; the result file says why',
  accepted: 'will be charged or declined; the same command without --no-wait waits for it',
  unanswered: 'nobody knows; the same command asks again, and charges nobody twice',
};

function summary(results: readonly Result[], { out, sent }: { readonly out: string; readonly sent: number }): Answer {
  const counts = Object.fromEntries(statuses.map((status) => [status, results.filter((result) => result.status === status).length])) as Record<Status, number>;
  const rows = statuses.filter((status) => counts[status] > 0).map((status) => [status, String(counts[status]), meaning[status]]);
  return { exitCode: exitCodeOf(counts), json: { out, sent, ...counts }, text: `${tableText(['status', 'payments', 'which means'], rows)}\n\nResults are in ${out}; ${sent} were sent now.` };
}

function exitCodeOf({ unanswered, declined, refused }: Readonly<Record<Status, number>>): ExitCode {
  if (unanswered > 0) return exitCodes.unreachable;
  return declined + refused > 0 ? exitCodes.found : exitCodes.ok;
}
