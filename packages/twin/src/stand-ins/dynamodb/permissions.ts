/**
 * What each caller may do at the tables, and the refusal for what it may not: IAM's part of DynamoDB.
 * Invariant: a caller that is named may do what is listed for it and nothing else; one that nothing is listed for may do
 * nothing. A request without a name is a tool's, and passes.
 * Does not: know who calls; the header is believed, as every signature is.
 */
import type { Item } from './dynalite-library.ts';
import { refusal, type Refusal } from './refusal.ts';

/** Says which function makes a request. AWS learns it from the signature, which is checked nowhere here. */
export const CALLER_HEADER = 'x-understudy-function';

export interface Permission {
  /** Named like operations. */
  readonly actions: readonly string[];
  /** `table`, or `table/index/name`: neither stands for the other. */
  readonly resource: string;
}

export type Permissions = Readonly<Record<string, readonly Permission[]>>;

export interface Attempted {
  readonly caller: string;
  readonly region: string;
  readonly operation: string;
  readonly body: Item;
}

/** A batch, which names its tables elsewhere, is allowed to nobody. */
const resourceOf = ({ TableName: table, IndexName: index }: Item): string => {
  if (typeof table !== 'string') return '*';
  return typeof index === 'string' ? `${table}/index/${index}` : table;
};

export function denialOf(permissions: Permissions, { caller, region, operation, body }: Attempted): Refusal | undefined {
  const resource = resourceOf(body);
  const listed = Object.hasOwn(permissions, caller) ? permissions[caller] : undefined;
  if (listed?.some((permission) => permission.resource === resource && permission.actions.includes(operation)) === true) return undefined;
  const action = `dynamodb:${operation}`;
  return refusal(
    'AccessDeniedException',
    `User: arn:aws:sts::000000000000:assumed-role/${caller} is not authorized to perform: ${action} on resource: arn:aws:dynamodb:${region}:000000000000:table/${resource}`
    + ` because no identity-based policy allows the ${action} action`,
  );
}
