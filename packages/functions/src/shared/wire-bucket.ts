// Connections to both regions' buckets.
import { createS3ObjectReader, createS3ObjectStore } from '@understudy/adapters/s3';
import type { ObjectReader, S3ObjectStoreOptions } from '@understudy/adapters/s3';
import type { ObjectStore, Region } from '@understudy/core';
import { given } from './given.ts';
import type { Variables } from './variables.ts';

type Bucketed = Pick<Variables, 'BUCKETS'>;

const inBoth = <T>({ BUCKETS }: Bucketed, connect: (options: S3ObjectStoreOptions) => T): Readonly<Record<Region, T>> => {
  const bucketOf = (region: Region): T => connect({ bucket: BUCKETS[region].name, region, ...given({ endpoint: BUCKETS[region].endpoint }) });
  return { 'us-east-1': bucketOf('us-east-1'), 'us-east-2': bucketOf('us-east-2') };
};

export const connectBuckets = (config: Bucketed): Readonly<Record<Region, ObjectStore>> => inBoth(config, createS3ObjectStore);

/** Somebody waits for the answer, which is some hundred bytes and may have to be asked for in both regions. */
const promptly = { connectMs: 500, totalMs: 1000 } as const;

export const connectBucketReaders = (config: Bucketed): Readonly<Record<Region, ObjectReader>> => inBoth(config, (options) => createS3ObjectReader({ ...options, limits: promptly }));
