// Connections to both regions' buckets.
import { createS3ObjectStore } from '@understudy/adapters/s3';
import type { ObjectStore, Region } from '@understudy/core';
import { given } from './given.ts';
import type { Variables } from './variables.ts';

export type Buckets = Readonly<Record<Region, ObjectStore>>;

export function connectBuckets({ BUCKETS }: Pick<Variables, 'BUCKETS'>): Buckets {
  const bucketOf = (region: Region): ObjectStore => createS3ObjectStore({ bucket: BUCKETS[region].name, region, ...given({ endpoint: BUCKETS[region].endpoint }) });
  return { 'us-east-1': bucketOf('us-east-1'), 'us-east-2': bucketOf('us-east-2') };
}
