// Comparing values as contract cases need it: by content, with bigint, regardless of the order of properties.

const sorted = (_name: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

export const sameValue = (left: unknown, right: unknown): boolean => JSON.stringify(left, sorted) === JSON.stringify(right, sorted);

/** `count` times `make`, with its number. */
export const times = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index));
