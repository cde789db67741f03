// The data that belongs to no region: the journal, the checkout sessions, the secrets. Owned by a stack in us-east-2, so
// that it can still be changed while us-east-1 is away.
// Invariant: the journal is strongly consistent between its two replicas and the witness, and has no time to live: what
// expires by itself would be a payment forgotten.
import { CfnOutput, RemovalPolicy, SecretValue, aws_dynamodb as dynamodb, aws_kms as kms, aws_secretsmanager as secrets } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { journalTable, peerOf, regions, witnessRegion } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { LEDGER_OWNER } from '../ledger-names.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';

const PITR_DAYS = 35;
/** Letters and digits only, four to a group of Base64. */
const SIGNING_KEY_CHARACTERS = 64;

const isTextual = { S: dynamodb.AttributeType.STRING, N: dynamodb.AttributeType.NUMBER, B: dynamodb.AttributeType.BINARY } as const;

/** Of the table's own definition, so that AWS gets the very keys that the adapters use. */
const attribute = (name: string | undefined): dynamodb.Attribute => {
  const found = journalTable.AttributeDefinitions?.find((one) => one.AttributeName === name);
  if (name === undefined || found?.AttributeType === undefined) throw new Error(`the journal table does not define the attribute ${name}`);
  return { name, type: isTextual[found.AttributeType] };
};

export class DataStack extends RegionStack<Region> {
  readonly key: kms.IKey;
  readonly #otherKey: kms.IKey;

  constructor(scope: Construct, place: Place<Region>, keys: KeyStack) {
    super(scope, 'data', place);
    // By its address: handing the key itself over would have each user of it edit the key's policy.
    this.key = kms.Key.fromKeyArn(this, 'Key', keys.keyArn);
    const other = peerOf(place.region);
    this.#otherKey = kms.Key.fromKeyArn(this, 'OtherKey', this.names.arn('kms', other, `key/${keys.keyId}`));
    const encryption = dynamodb.TableEncryptionV2.customerManagedKey(this.key, { [other]: this.#otherKey.keyArn });
    this.#journal(encryption);
    this.#sessions(encryption);
    this.#secret('ledger-owner', { secretStringTemplate: JSON.stringify({ username: LEDGER_OWNER }), generateStringKey: 'password', passwordLength: 40, excludePunctuation: true });
    this.#secret('signing-keys', { secretStringTemplate: JSON.stringify({ signs: '1' }), generateStringKey: '1', passwordLength: SIGNING_KEY_CHARACTERS, excludePunctuation: true });
    this.#secret('acquirer-keys', SecretValue.unsafePlainText(JSON.stringify({ live: 'to-be-put', test: 'to-be-put' })));
    new CfnOutput(this, 'JournalTable', { value: this.names.of('journal') });
    new CfnOutput(this, 'SessionsTable', { value: this.names.of('sessions') });
  }

  #common(encryption: dynamodb.TableEncryptionV2) {
    const { production } = this.deployment;
    const pitr = { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: PITR_DAYS } };
    return {
      encryption,
      ...pitr,
      billing: dynamodb.Billing.onDemand(),
      deletionProtection: production,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      replicas: regions.filter((region) => region !== this.place.region).map((region) => ({ region, deletionProtection: production, ...pitr })),
    };
  }

  #journal(encryption: dynamodb.TableEncryptionV2): void {
    const strong = this.deployment.consistency === 'strong';
    const table = new dynamodb.TableV2(this, 'Journal', {
      ...this.#common(encryption),
      tableName: this.names.of('journal'),
      partitionKey: attribute(journalTable.KeySchema?.[0]?.AttributeName),
      dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      ...(strong ? { multiRegionConsistency: dynamodb.MultiRegionConsistency.STRONG, witnessRegion } : {}),
    });
    for (const index of journalTable.GlobalSecondaryIndexes ?? []) {
      const [partition, sort] = index.KeySchema ?? [];
      table.addGlobalSecondaryIndex({
        indexName: index.IndexName ?? '',
        partitionKey: attribute(partition?.AttributeName),
        ...(sort === undefined ? {} : { sortKey: attribute(sort.AttributeName) }),
        projectionType: dynamodb.ProjectionType.KEYS_ONLY,
      });
    }
  }

  /** Sessions may lag and expire: what must be true about them stands in the journal. */
  #sessions(encryption: dynamodb.TableEncryptionV2): void {
    new dynamodb.TableV2(this, 'Sessions', {
      ...this.#common(encryption),
      tableName: this.names.of('sessions'),
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: 'expires',
    });
  }

  #secret(thing: string, value: secrets.SecretStringGenerator | SecretValue): void {
    const { production } = this.deployment;
    new secrets.Secret(this, thing, {
      secretName: this.names.of(thing),
      encryptionKey: this.key,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(value instanceof SecretValue ? { secretStringValue: value } : { generateSecretString: value }),
      replicaRegions: [{ region: peerOf(this.place.region), encryptionKey: this.#otherKey }],
    });
  }
}
