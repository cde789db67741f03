/**
 * AWS Query: a form in, XML out, as SNS and RDS speak it.
 * Invariant: whatever a caller put into a field comes back escaped; every error is an ErrorResponse with its AWS code.
 * It does not know shapes: a list is a field of numbered fields, and the operation says how its members are called.
 */
import { randomUUID } from 'node:crypto';
import { asAwsError, AwsError } from './aws-error.ts';
import type { Call, Reply } from './http-front.ts';
import { renderXml } from './xml.ts';
import type { XmlContent } from './xml.ts';

/** A form with its dotted names unfolded: `A.member.1.B=x` is `{A: {member: {1: {B: 'x'}}}}`. */
export interface Form {
  /** The text of a field, or undefined when it was not sent. */
  text(name: string): string | undefined;
  /** The text of a field without which the call makes no sense. */
  required(name: string): string;
  /** The numbered parts of a list or map, in order: `list('Entries.member')`. */
  list(name: string): readonly Form[];
}

export type QueryOperation = (form: Form) => XmlContent | Promise<XmlContent>;

export interface QueryService {
  readonly xmlNamespace: string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

/** No call has more fields than a batch of ten with ten attributes of four fields each, with room to spare. */
const FIELDS_MAX = 1000;

const formOf = (fields: ReadonlyMap<string, string>, prefix: string): Form => ({
  text: (name) => fields.get(prefix + name),
  required: (name) => {
    const value = fields.get(prefix + name);
    if (value === undefined) throw new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);
    return value;
  },
  list: (name) => {
    const start = `${prefix}${name}.`;
    const indexes = new Set<number>();
    for (const field of fields.keys()) {
      const index = field.startsWith(start) ? Number.parseInt(field.slice(start.length), 10) : Number.NaN;
      if (!Number.isNaN(index)) indexes.add(index);
    }
    return [...indexes].toSorted((a, b) => a - b).map((index) => formOf(fields, `${start}${index}.`));
  },
});

const parse = (body: string): Form => {
  const fields = new Map(new URLSearchParams(body));
  if (fields.size > FIELDS_MAX) throw new AwsError('MalformedQueryString', 'The request has too many fields.');
  return formOf(fields, '');
};

const succeed = async (service: QueryService, body: string): Promise<XmlContent> => {
  const form = parse(body);
  const action = form.required('Action');
  if (!Object.hasOwn(service.operations, action)) throw new AwsError('InvalidAction', `This stand-in does not do ${action}.`);
  const result = await service.operations[action]!(form);
  return { [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } } };
};

const fail = (error: AwsError): XmlContent => ({
  ErrorResponse: {
    Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
    RequestId: randomUUID(),
  },
});

export const answerQuery =
  (service: QueryService) =>
  async (call: Call): Promise<Reply> => {
    const headers = { 'content-type': 'text/xml' };
    try {
      return { status: 200, headers, body: renderXml(await succeed(service, call.body), service.xmlNamespace) };
    } catch (cause) {
      const error = asAwsError(cause);
      return { status: error.status, headers, body: renderXml(fail(error), service.xmlNamespace) };
    }
  };
