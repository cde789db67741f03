export { createS3ObjectReader, createS3ObjectStore } from './s3-object-store.ts';
export type { ObjectReader, S3ObjectStoreOptions } from './s3-object-store.ts';
