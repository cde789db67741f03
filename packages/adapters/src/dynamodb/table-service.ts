/** DynamoDB as it is asked here: the operations that are used, and nothing of any item. */
import type {
  DeleteItemInput, DeleteItemOutput, GetItemInput, GetItemOutput, PutItemInput, PutItemOutput, QueryInput, QueryOutput, ScanInput, ScanOutput, UpdateItemInput, UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { JsonService, Operation } from '../system/json-service.ts';

/** No item here has an attribute of bytes: those alone are written otherwise in JSON than the types say. */
export type TableService = JsonService<{
  readonly GetItem: Operation<GetItemInput, GetItemOutput>;
  readonly PutItem: Operation<PutItemInput, PutItemOutput>;
  readonly UpdateItem: Operation<UpdateItemInput, UpdateItemOutput>;
  readonly DeleteItem: Operation<DeleteItemInput, DeleteItemOutput>;
  readonly Query: Operation<QueryInput, QueryOutput>;
  readonly Scan: Operation<ScanInput, ScanOutput>;
}>;
