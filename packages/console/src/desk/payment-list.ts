/**
 * Finds payments: by id in the journal, by customer through its index, by what waits through the work index, and all others
 * in the order in which they entered the books. Invariant: a page costs a bounded number of reads whatever there is, and
 * says from what it was read and what that may leave out.
 */
import { customerId, epochOf, inParallel, isPortFault, peerOf, statusOf, transactionId, WORK_SHARDS } from '@understudy/core';
import type { BookedPage, BookedQuery, CustomerEntry, EpochMs, LedgerBrowser, MerchantId, Outcome, Payment, Region } from '@understudy/core';
import type { PaymentPage } from '../contract/desk.ts';
import { badRequest, merchantIn, ok, transactionIn } from './answer.ts';
import type { DeskAnswer } from './answer.ts';
import type { DeskPorts } from './ports.ts';
import { rowOfBooked, rowOfPayment } from './rows.ts';

const PAGE = 50;
/** Payments of the work index that one list reads: enough to see what is wrong, too few to disturb. */
const WAITING_MAX = 400;
const PARALLEL_MAX = 8;
/** How often one page of the books goes on looking for what a filter lets through: 100,000 payments, under a second. */
const LOOKS_MAX = 20;

const booked = ['processed', 'failed', 'cancelled'] as const satisfies readonly Outcome[];
const waiting = ['accepted', 'quarantined'] as const;

interface Wanted {
  readonly id?: string;
  readonly customer?: string;
  readonly merchant?: MerchantId;
  readonly status?: string;
  readonly live?: boolean;
  readonly cursor?: string;
}

export async function listPaymentPage(ports: DeskPorts, query: URLSearchParams): Promise<DeskAnswer> {
  const wanted = wantedIn(query);
  if (wanted.id !== undefined) return ok(await byId(ports, wanted.id, wanted));
  if (wanted.customer !== undefined) return ok(await byCustomer(ports, wanted.customer, wanted));
  if (waiting.some((status) => status === wanted.status)) return ok(await whatWaits(ports, wanted));
  return ok(await fromBooks(ports, wanted));
}

function wantedIn(query: URLSearchParams): Wanted {
  const said = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const [id, customer, merchant, status, mode, cursor] = ['id', 'customer', 'merchant', 'status', 'mode', 'cursor'].map(said);
  if (status !== undefined && ![...booked, ...waiting].some((each) => each === status)) throw badRequest(`status must be one of ${[...booked, ...waiting].join(', ')}`);
  if (mode !== undefined && mode !== 'live' && mode !== 'test') throw badRequest('mode must be live or test');
  return {
    ...(id !== undefined && { id }), ...(customer !== undefined && { customer }), ...(status !== undefined && { status }), ...(cursor !== undefined && { cursor }),
    ...(merchant !== undefined && { merchant: merchantIn(merchant) }), ...(mode !== undefined && { live: mode === 'live' }),
  };
}

/** Whose payments the books hold, newest knowledge of either region; for whoever names no merchant. */
export async function merchantsOf(ports: DeskPorts): Promise<readonly string[]> {
  return (await fromEither(ports, (region) => ports.browsers[region].merchants())).value;
}

const matches = (payment: Payment, { status, live }: Wanted): boolean =>
  (status === undefined || statusOf(payment) === status) && (live === undefined || (payment.acceptance ?? payment.tombstone)?.live === live);

async function byId(ports: DeskPorts, id: string, wanted: Wanted): Promise<PaymentPage> {
  const merchants = wanted.merchant === undefined ? await merchantsOf(ports) : [wanted.merchant];
  const found = await inParallel(merchants, PARALLEL_MAX, (merchant) => ports.journal.read({ merchantId: merchantIn(merchant), transactionId: transactionIn(id) }));
  const rows = found.filter((payment) => payment !== undefined).map(rowOfPayment);
  const whose = wanted.merchant ?? (merchants.length === 0 ? 'no merchant, because the books are empty: name one' : `the ${merchants.length} merchants that the books know`);
  return { rows, about: `Read from the journal, under the ids of ${whose}.` };
}

async function byCustomer(ports: DeskPorts, customer: string, wanted: Wanted): Promise<PaymentPage> {
  const known = wanted.merchant === undefined ? await merchantsOf(ports) : [wanted.merchant];
  const [merchant] = known;
  if (merchant === undefined || known.length > 1) throw badRequest('name the merchant too: customers of two merchants may have one id');
  const after = entryIn(wanted.cursor);
  const entries = await ports.customers.query({ merchantId: merchantIn(merchant), customerId: customerId(customer), limit: PAGE, ...(after && { after }) });
  const payments = await inParallel(entries, PARALLEL_MAX, ({ transactionId: id }) => ports.journal.read({ merchantId: merchantIn(merchant), transactionId: id }));
  const last = entries.at(-1);
  return {
    rows: payments.filter((payment) => payment !== undefined).filter((payment) => matches(payment, wanted)).map(rowOfPayment),
    about: `Payments of this customer of ${merchant}, read from the journal. The customer index may lack what was accepted moments ago.`,
    ...(entries.length === PAGE && last && { next: `${last.acceptedAt}.${last.transactionId}` }),
  };
}

function entryIn(cursor: string | undefined): CustomerEntry | undefined {
  if (cursor === undefined) return undefined;
  const [, at, id] = /^(\d{1,16})\.(.+)$/.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw badRequest('cursor must be the one of the page before');
  return { acceptedAt: Number(at) as EpochMs, transactionId: transactionId(id) };
}

/** Oldest first: what has waited longest is what somebody looks for. */
async function whatWaits(ports: DeskPorts, wanted: Wanted): Promise<PaymentPage> {
  const perShard = Math.ceil((2 * WAITING_MAX) / WORK_SHARDS);
  const shards = await inParallel(Array.from({ length: WORK_SHARDS }, (_, shard) => shard), PARALLEL_MAX, (shard) => ports.workIndex.query({ shard, posted: 'below', epoch: epochOf(1), limit: perShard }));
  const entries = shards.flatMap((page) => page.entries).toSorted((a, b) => a.acceptedAt - b.acceptedAt);
  const isCut = entries.length > WAITING_MAX || shards.some((page) => page.cursor !== undefined);
  const payments = await inParallel(entries.slice(0, WAITING_MAX), PARALLEL_MAX, ({ key }) => ports.journal.read(key));
  const rows = payments.filter((payment) => payment !== undefined).filter((payment) => matches(payment, wanted) && (wanted.merchant === undefined || payment.merchantId === wanted.merchant)).map(rowOfPayment);
  return { rows, about: `What no books hold yet, the longest waiting first, through the work index, which may lag.${isCut ? ` Only the oldest ${WAITING_MAX} were looked at; there are more.` : ''}` };
}

async function fromBooks(ports: DeskPorts, { merchant, status, live, cursor }: Wanted): Promise<PaymentPage> {
  const outcome = booked.find((each) => each === status);
  // A place belongs to the books it was found in: the next page is read from those.
  const [, from, place] = /^(us-east-[12]):(\d{1,19})$/.exec(cursor ?? '') ?? [];
  if (cursor !== undefined && place === undefined) throw badRequest('cursor must be the one of the page before');
  const query: BookedQuery = { limit: PAGE, ...(place !== undefined && { before: place }), ...(outcome && { outcome }), ...(merchant !== undefined && { merchantId: merchant }), ...(live !== undefined && { live }) };
  const { region, value } = from === undefined ? await fromEither(ports, (each) => walkBooks(ports.browsers[each], query)) : { region: from as Region, value: await walkBooks(ports.browsers[from as Region], query) };
  return { rows: value.payments.map(rowOfBooked), about: aboutBooks(region, value), ...(value.next !== undefined && { next: `${region}:${value.next}` }) };
}

/** One page, from as far back as a filter makes it necessary; to a limit, so that nobody waits for all of the books. */
async function walkBooks(browser: LedgerBrowser, query: BookedQuery): Promise<BookedPage> {
  let page = await browser.newest(query);
  for (let looks = 1; looks < LOOKS_MAX && page.payments.length < PAGE && page.next !== undefined; looks += 1) {
    const more = await browser.newest({ ...query, before: page.next, limit: PAGE - page.payments.length });
    page = { payments: [...page.payments, ...more.payments], looked: page.looked + more.looked, ...(more.next !== undefined && { next: more.next }) };
  }
  return page;
}

const aboutBooks = (region: Region, { payments, looked }: BookedPage): string =>
  `From the books of ${region}, the last posted first.${payments.length < PAGE && looked > payments.length ? ` Looked through the next ${looked} entries.` : ''} What is not posted yet is under the status accepted.`;

/** The active region's books first, then the other's: after a region was lost there is always one that answers. */
async function fromEither<T>(ports: DeskPorts, use: (region: Region) => Promise<T>): Promise<{ readonly region: Region; readonly value: T }> {
  const { activeRegion } = await ports.epochs.read();
  try {
    return { region: activeRegion, value: await use(activeRegion) };
  } catch (error) {
    if (!isPortFault(error)) throw error;
    return { region: peerOf(activeRegion), value: await use(peerOf(activeRegion)) };
  }
}
