/**
 * A stand-in for one region's S3 bucket, versioned and replicated to the other region's, for unmodified AWS SDK clients.
 * It lives within its region's process: while the region is down nobody reaches it, and it comes back with its data.
 */
import { createHttpFront } from '../wire/http-front.ts';
import { Bucket } from './bucket.ts';
import { answerS3 } from './operations.ts';
import { Replication } from './replication.ts';

export { Bucket } from './bucket.ts';
export type { Version } from './bucket.ts';

export interface S3Options {
  readonly bucketName: string;
  /** Keeps the objects, and what has been replicated. */
  readonly folder: string;
  /** The other region's bucket, as a URL with its name; nothing is replicated when it is absent. */
  readonly replicateTo?: string;
}

export interface S3 {
  /** Listens on 127.0.0.1 and returns the port; none or 0 takes a free one. */
  listen(port?: number): Promise<number>;
  close(): Promise<void>;
}

/** Above the largest object that the service puts. */
const BODY_BYTES_MAX = 64 * 1_048_576;

export const createS3 = ({ bucketName, folder, replicateTo }: S3Options): S3 => {
  const bucket = new Bucket(folder);
  const replication = replicateTo === undefined ? undefined : new Replication({ folder, bucket, target: replicateTo });
  const front = createHttpFront(BODY_BYTES_MAX, answerS3({ name: bucketName, bucket, onPut: (version) => replication?.add(version) }));
  return {
    listen: async (port) => {
      const listening = await front.listen(port);
      replication?.start();
      return listening;
    },
    close: async () => {
      await replication?.stop();
      await front.close();
    },
  };
};
