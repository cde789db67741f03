// One region's bucket of receipts and settlement files. What is written there is written once, by a conditional put, and
// arrives in the other region's bucket within a quarter of an hour.
// Invariant: objects are kept in versions and never overwritten; a copy is no source: what replication did not bring is
// written again by the function that publishes, with the same bytes.
import { CfnOutput, Duration, RemovalPolicy, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { peerOf, primaryRegion } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';

export const BUCKET = 'receipts';
const ACCESS_LOG_DAYS = 365;
const OLD_VERSION_DAYS = 30;
/** Receipts are asked for in the first weeks, kept for years. */
const COOL_AFTER_DAYS = 90;
const REPLICATION_MINUTES = 15;

interface Destination {
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** As the S3 API takes it; templates write the same fields in lower case. */
export const replicationRequest = (role: string, destination: Destination): { readonly role: string; readonly rules: readonly object[] } => ({
  role,
  rules: [{
    ID: 'everything', Status: 'Enabled', Priority: 1, Filter: { Prefix: '' },
    DeleteMarkerReplication: { Status: 'Disabled' },
    SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    Destination: {
      Bucket: destination.bucketArn,
      EncryptionConfiguration: { ReplicaKmsKeyID: destination.keyArn },
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: REPLICATION_MINUTES } },
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: REPLICATION_MINUTES } },
    },
  }],
});

const replicationConfiguration = (role: string, destination: Destination): s3.CfnBucket.ReplicationConfigurationProperty => ({
  role,
  rules: [{
    id: 'everything', status: 'Enabled', priority: 1, filter: { prefix: '' },
    deleteMarkerReplication: { status: 'Disabled' },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
    destination: {
      bucket: destination.bucketArn,
      encryptionConfiguration: { replicaKmsKeyId: destination.keyArn },
      replicationTime: { status: 'Enabled', time: { minutes: REPLICATION_MINUTES } },
      metrics: { status: 'Enabled', eventThreshold: { minutes: REPLICATION_MINUTES } },
    },
  }],
});

export class StorageStack extends RegionStack<Region> {
  readonly replicationRoleArn: string;

  /** Only us-east-1's bucket copies from the first day: a bucket to be copied into has to be there before. */
  constructor(scope: Construct, place: Place<Region>, keys: KeyStack) {
    super(scope, 'storage', place);
    const { region } = place;
    const name = this.names.bucket(BUCKET, region);
    const other = peerOf(region);
    const log = new s3.Bucket(this, 'AccessLog', {
      ...this.#common(), bucketName: this.names.bucket('access-log', region), encryption: s3.BucketEncryption.S3_MANAGED, lifecycleRules: [{ id: 'old', expiration: Duration.days(ACCESS_LOG_DAYS) }],
    });
    this.replicationRoleArn = this.#replicationRole(other, keys);
    const bucket = new s3.Bucket(this, 'Receipts', {
      ...this.#common(),
      bucketName: name,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: kms.Key.fromKeyArn(this, 'Key', keys.keyArn),
      bucketKeyEnabled: true,
      serverAccessLogsBucket: log,
      serverAccessLogsPrefix: `${BUCKET}/`,
      lifecycleRules: [{
        id: 'cool', transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(COOL_AFTER_DAYS) }],
        noncurrentVersionExpiration: Duration.days(OLD_VERSION_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(1),
      }],
    });
    if (region === primaryRegion) {
      const copied = { bucketArn: `arn:aws:s3:::${this.names.bucket(BUCKET, other)}`, keyArn: this.names.arn('kms', other, `key/${keys.keyId}`) };
      (bucket.node.defaultChild as s3.CfnBucket).replicationConfiguration = replicationConfiguration(this.replicationRoleArn, copied);
    }
    new CfnOutput(this, 'ReceiptsBucket', { value: name });
  }

  /** A bucket that holds anything cannot be deleted: that of a disposable environment is emptied first. */
  #common(): s3.BucketProps {
    const { production } = this.deployment;
    return {
      versioned: true, enforceSSL: true, minimumTLSVersion: 1.2, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY, autoDeleteObjects: !production,
    };
  }

  #replicationRole(other: Region, keys: KeyStack): string {
    const here = `arn:aws:s3:::${this.names.bucket(BUCKET, this.place.region)}`;
    const there = `arn:aws:s3:::${this.names.bucket(BUCKET, other)}`;
    const through = (region: Region): { readonly StringEquals: object } => ({ StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } });
    return new iam.Role(this, 'Replication', {
      roleName: this.names.inAccount('replication', this.place.region), assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      inlinePolicies: {
        Rights: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({ actions: ['s3:GetReplicationConfiguration', 's3:ListBucket'], resources: [here] }),
            new iam.PolicyStatement({ actions: ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'], resources: [`${here}/*`] }),
            new iam.PolicyStatement({ actions: ['s3:ReplicateObject', 's3:ReplicateTags'], resources: [`${there}/*`] }),
            new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [keys.keyArn], conditions: through(this.place.region) }),
            new iam.PolicyStatement({ actions: ['kms:Encrypt', 'kms:GenerateDataKey'], resources: [this.names.arn('kms', other, `key/${keys.keyId}`)], conditions: through(other) }),
          ],
        }),
      },
    }).roleArn;
  }
}
