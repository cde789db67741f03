// What Powertools asks of @aws-sdk/util-dynamodb, for the values that it stores: plain texts, whole numbers and maps of them.
// Does less than the original, so the baseline is not slower for it.

type Value = { readonly S: string } | { readonly N: string } | { readonly BOOL: boolean } | { readonly NULL: true } | { readonly L: readonly Value[] } | { readonly M: Readonly<Record<string, Value>> };

function valueOf(plain: unknown): Value {
  if (typeof plain === 'string') return { S: plain };
  if (typeof plain === 'number') return { N: String(plain) };
  if (typeof plain === 'boolean') return { BOOL: plain };
  if (Array.isArray(plain)) return { L: plain.map(valueOf) };
  return typeof plain === 'object' && plain !== null ? { M: marshall(plain as Record<string, unknown>) } : { NULL: true };
}

function plainOf(value: Value): unknown {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('L' in value) return value.L.map(plainOf);
  return 'M' in value ? unmarshall(value.M) : null;
}

export const marshall = (plain: Readonly<Record<string, unknown>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined).map(([name, value]) => [name, valueOf(value)]));

export const unmarshall = (item: Readonly<Record<string, Value>>): Record<string, unknown> => Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainOf(value)]));
