/** DynamoDB as it is asked here: the operations that are used, and nothing of any item. */
import type {
  DeleteItemInput, DeleteItemOutput, GetItemInput, GetItemOutput, PutItemInput, PutItemOutput, QueryInput, QueryOutput, ScanInput, ScanOutput, UpdateItemInput, UpdateItemOutput,
} from '@aws-sdk/client-dynamodb';
import type { JsonService } from '../system/json-service.ts';

/** No item here has an attribute of bytes: those alone are written otherwise in JSON than the types say. */
export type TableService = JsonService<{
  readonly GetItem: { readonly input: GetItemInput; readonly output: GetItemOutput };
  readonly PutItem: { readonly input: PutItemInput; readonly output: PutItemOutput };
  readonly UpdateItem: { readonly input: UpdateItemInput; readonly output: UpdateItemOutput };
  readonly DeleteItem: { readonly input: DeleteItemInput; readonly output: DeleteItemOutput };
  readonly Query: { readonly input: QueryInput; readonly output: QueryOutput };
  readonly Scan: { readonly input: ScanInput; readonly output: ScanOutput };
}>;
