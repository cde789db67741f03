// The pair of regions. Roles move between them; names do not.

export const regions = ['us-east-1', 'us-east-2'] as const;

/** A region that accepts payments and holds a ledger. */
export type Region = (typeof regions)[number];

/** The region DNS names PRIMARY. Being DNS primary is fixed; being active is what the epoch record says. */
export const primaryRegion: Region = 'us-east-1';

/** The third vantage: it votes on health and holds no payments. */
export const witnessRegion = 'us-west-2';

/** Everywhere a detector runs. */
export type Vantage = Region | typeof witnessRegion;

export const isRegion = (value: unknown): value is Region => regions.some((region) => region === value);

export const peerOf = (region: Region): Region => (region === 'us-east-1' ? 'us-east-2' : 'us-east-1');
