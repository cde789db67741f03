/**
 * The one strongly consistent table: its keys, its indexes, and how its items are named.
 * Invariant: what stands here is part of the data; names are added, never changed.
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { CustomerId, MerchantId, PaymentKey, Region, Vantage } from '@understudy/core';
import { keyText } from '@understudy/core';

export const WORK_INDEX = 'work';
export const CUSTOMER_INDEX = 'customer';
export const PAYMENT_PREFIX = 'P#';
export const KEY_PREFIX = 'K#';

/** In the shape of CreateTable. On AWS it becomes a global table with multi-region strong consistency and a witness. */
export const journalTable: CreateTableCommandInput & { readonly TableName: string } = {
  TableName: 'understudy-journal',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'work', AttributeType: 'S' },
    { AttributeName: 'work_sort', AttributeType: 'S' },
    { AttributeName: 'customer_key', AttributeType: 'S' },
    { AttributeName: 'accepted_at', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: WORK_INDEX,
      KeySchema: [{ AttributeName: 'work', KeyType: 'HASH' }, { AttributeName: 'work_sort', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: CUSTOMER_INDEX,
      KeySchema: [{ AttributeName: 'customer_key', KeyType: 'HASH' }, { AttributeName: 'accepted_at', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

export const EPOCH_PK = 'EPOCH';
export const paymentPk = (key: PaymentKey): string => `${PAYMENT_PREFIX}${keyText(key)}`;
export const votePk = (vantage: Vantage): string => `VOTE#${vantage}`;
export const keyPk = (keySha256: string): string => `${KEY_PREFIX}${keySha256}`;
/** Partitions of the customer index: a customer's payments, and the keys of a merchant. No id contains `#`, so they never meet. */
export const customerPartition = (merchant: MerchantId, customer: CustomerId): string => `C#${merchant}#${customer}`;
export const keysPartition = (merchant: MerchantId): string => `#keys#${merchant}`;
/** The revocation of a key; the key itself never changes. */
export const revocationPk = (keySha256: string): string => `KR#${keySha256}`;
/** Leads from the id that people use to the key's digest. */
export const keyIdPk = (keyId: string): string => `KI#${keyId}`;
export const canaryPk = (region: Region): string => `CANARY#${region}`;
export const bookmarkPk = (name: string): string => `BOOKMARK#${name}`;
export const operationPk = (id: string): string => `OP#${id}`;
export const runPk = (runId: string): string => `RUN#${runId}`;
/** The webhook endpoints of a merchant. */
export const endpointsPk = (merchant: MerchantId): string => `W#${merchant}`;
