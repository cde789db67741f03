/**
 * Recognises the writes among the bytes that leave one socket: requests over HTTP, and statements to PostgreSQL.
 * Invariant: a write is named once, with the last byte without which the other side would not do it.
 * It names only what changes a record that outlives the process; reads are nothing to it, and so are the canary and the
 * votes, which are written all the time and mean nothing to any payment.
 */

/** `kind` is the same for every payment; `about` says which item, when that is known. */
export interface Write {
  readonly kind: string;
  readonly about: string;
}

const REQUEST_LINE = /^(POST|GET|PUT|DELETE|HEAD) (\S+) HTTP\/1\.1\r\n/;
/** Longer than a receipt's path with the longest ids. */
const REQUEST_LINE_MAX = 1_000;
const END_OF_HEAD = '\r\n\r\n';
/** A message of PostgreSQL's protocol: one letter, and its length without that letter. */
const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

export class OutgoingWrites {
  #pending: Buffer | undefined;
  #inReadOnlyTransaction = false;

  /** The next bytes that leave; the write that they complete, if any. */
  take(bytes: Buffer): Write | undefined {
    if (this.#pending || REQUEST_LINE.test(bytes.toString('latin1', 0, REQUEST_LINE_MAX))) return this.#takeHttp(bytes);
    return isStatement(bytes) ? this.#takeStatement(bytes.toString('utf8')) : undefined;
  }

  #takeHttp(bytes: Buffer): Write | undefined {
    const all = this.#pending ? Buffer.concat([this.#pending, bytes]) : bytes;
    const headEnd = all.indexOf(END_OF_HEAD);
    const head = all.toString('latin1', 0, Math.max(headEnd, 0));
    const bodyStart = headEnd + END_OF_HEAD.length;
    if (headEnd < 0 || all.length < bodyStart + Number(headerOf(head, 'content-length') ?? 0)) {
      this.#pending = all;
      return undefined;
    }
    this.#pending = undefined;
    return writeOfRequest(head, all.toString('utf8', bodyStart));
  }

  #takeStatement(text: string): Write | undefined {
    if (text.includes('BEGIN')) this.#inReadOnlyTransaction = text.includes('READ ONLY');
    if (this.#inReadOnlyTransaction) return undefined;
    if (text.includes('INSERT INTO understudy.payment')) return { kind: 'ledger insert', about: '' };
    if (text.includes('INSERT INTO understudy.settlement_file')) return { kind: 'settlement assign', about: '' };
    if (text.includes('UPDATE understudy.settlement_file')) return { kind: 'settlement note', about: '' };
    if (text.includes('SET receipt_due')) return { kind: 'receipt note', about: '' };
    if (text.includes('INSERT INTO understudy.delivery')) return { kind: 'outbox address', about: '' };
    if (text.includes('UPDATE understudy.delivery SET\n')) return { kind: 'outbox note', about: '' };
    if (text.includes('INSERT INTO understudy.refund')) return { kind: 'ledger refund', about: '' };
    if (text.includes('UPDATE understudy.fence')) return { kind: 'ledger fence', about: '' };
    return /\bCOMMIT\b/.test(text) ? { kind: 'ledger commit', about: '' } : undefined;
  }
}

const isStatement = (bytes: Buffer): boolean => (bytes[0] === QUERY || bytes[0] === PARSE) && bytes.length > 5 && bytes.readUInt32BE(1) < MESSAGE_BYTES_MAX;

const headerOf = (head: string, name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim();

const itemWrites: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const serviceWrites: ReadonlyMap<string, string> = new Map([
  ['SendMessage', 'queue send'],
  ['DeleteMessageBatch', 'queue delete'],
  ['StartExecution', 'workflow start'],
  ['Publish', 'topic publish'],
  ['PublishBatch', 'topic hint'],
  ['FailoverGlobalCluster', 'cluster failover'],
  ['SwitchoverGlobalCluster', 'cluster switchover'],
]);

function writeOfRequest(head: string, body: string): Write | undefined {
  const [, method, path = ''] = REQUEST_LINE.exec(`${head}\r\n`) ?? [];
  if (method === 'PUT') return writeOfObject(head, path);
  if (method !== 'POST') return undefined;
  const webhook = headerOf(head, 'webhook-id');
  if (webhook !== undefined) return { kind: 'webhook send', about: webhook };
  const operation = headerOf(head, 'x-amz-target')?.split('.').at(-1) ?? new URLSearchParams(body).get('Action') ?? '';
  if (itemWrites.has(operation)) return writeOfItem(JSON.parse(body) as ItemRequest);
  const kind = serviceWrites.get(operation);
  if (kind !== undefined) return { kind, about: '' };
  if (path.endsWith('/v1/refunds')) return { kind: 'acquirer refund', about: String((JSON.parse(body) as { readonly refund_id?: unknown }).refund_id) };
  if (path.endsWith('/v1/charges')) return { kind: 'acquirer charge', about: String((JSON.parse(body) as { readonly transaction_id?: unknown }).transaction_id) };
  return path.endsWith('/void') ? { kind: 'acquirer void', about: '' } : undefined;
}

/** Two tables name a session alike: its copies, and who may pay it. */
const sessionKind = (request: ItemRequest): string => {
  if (request.TableName?.endsWith('sessions')) return 'session keep';
  return request.Item ? 'session hold' : 'session take-over';
};

/** What a bucket sends to the other region's is no write of the region's functions. */
function writeOfObject(head: string, path: string): Write | undefined {
  if (headerOf(head, 'x-replica-version') !== undefined) return undefined;
  return { kind: path.includes('settlements/') ? 'settlement put' : 'receipt put', about: path.split('?')[0] ?? path };
}

interface ItemRequest {
  readonly TableName?: string;
  readonly Key?: { readonly pk?: { readonly S?: string } };
  readonly Item?: { readonly pk?: { readonly S?: string }; readonly decision?: unknown };
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

function writeOfItem(request: ItemRequest): Write | undefined {
  const about = request.Key?.pk?.S ?? request.Item?.pk?.S ?? '';
  const change = request.UpdateExpression ?? '';
  if (/^(CANARY|VOTE)#/.test(about)) return undefined;
  if (about.startsWith('RUN#')) return { kind: 'move log', about };
  if (about === 'EPOCH') return { kind: `epoch ${change.includes('#healed_at = ') ? 'healed' : (request.ExpressionAttributeValues?.[':set_phase']?.S ?? 'set')}`, about };
  if (about.startsWith('S#')) return { kind: sessionKind(request), about };
  if (request.Item) return { kind: request.Item.decision ? 'journal spend' : 'journal accept', about };
  if (change.includes('#refund.#decision = ')) return { kind: 'refund decide', about };
  if (change.includes('#refund = ')) return { kind: 'refund accept', about };
  if (change.includes('#decision = ')) return { kind: 'journal decide', about };
  if (change.includes('#posted_epoch = ')) return { kind: 'journal mark', about };
  if (change.includes('REMOVE #work')) return { kind: 'journal confirm', about };
  return { kind: 'journal change', about };
}
