// Baseline: accepts a payment as Powertools' documentation has it, and nothing more: idempotency by the payment's id in a
// table of its own, then the item, then the message. It checks less than ours does.
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';

interface PaymentBody {
  readonly transaction_id: string;
  readonly customer_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly payment_method: string;
}

const table = new DynamoDBClient({});
const queue = new SQSClient({});
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env['IDEMPOTENCY_TABLE'] ?? '', awsSdkV3Client: table });
const config = new IdempotencyConfig({ eventKeyJmesPath: '["transaction_id"]', throwOnNoIdempotencyKey: true });

async function accept(payment: PaymentBody): Promise<{ transaction_id: string; status: string; accepted_at: string }> {
  const acceptedAt = new Date().toISOString();
  const item = Object.fromEntries(Object.entries(payment).map(([name, value]) => [name, { S: String(value) }]));
  await table.send(new PutItemCommand({ TableName: process.env['JOURNAL_TABLE'], Item: { ...item, pk: { S: `PT#${payment.transaction_id}` }, accepted_at: { N: String(Date.now()) } }, ConditionExpression: 'attribute_not_exists(pk)' }));
  await queue.send(new SendMessageCommand({ QueueUrl: process.env['QUEUE_URL'], MessageBody: JSON.stringify({ transaction_id: payment.transaction_id }) }));
  return { transaction_id: payment.transaction_id, status: 'accepted', accepted_at: acceptedAt };
}

const acceptOnce = makeIdempotent(accept, { persistenceStore, config });

export async function handler(event: { readonly body: string }, context: Parameters<IdempotencyConfig['registerLambdaContext']>[0]): Promise<object> {
  config.registerLambdaContext(context);
  const payment = JSON.parse(event.body) as PaymentBody;
  if (!payment.transaction_id || !(Number(payment.amount) > 0) || !/^[A-Z]{3}$/.test(payment.currency)) return { statusCode: 400, headers: {}, body: '{"error":"invalid"}' };
  const body = await acceptOnce(payment);
  console.log(JSON.stringify({ level: 'info', event: 'request', status: 202, transaction_id: payment.transaction_id }));
  return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
