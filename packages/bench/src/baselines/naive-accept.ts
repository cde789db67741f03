// Baseline: the same with what many Lambda projects begin with: the SDK's aggregated clients, which hold every operation,
// Powertools' logger, metrics and tracer, and zod. Bundled without anything taken out.
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { SQS } from '@aws-sdk/client-sqs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { z } from 'zod';

const logger = new Logger();
const metrics = new Metrics();
const tracer = new Tracer();
const table = tracer.captureAWSv3Client(new DynamoDB({}));
const queue = tracer.captureAWSv3Client(new SQS({}));

const paymentSchema = z.object({
  transaction_id: z.string().min(1).max(128),
  customer_id: z.string().min(1).max(128),
  amount: z.string().regex(/^\d+(\.\d{1,2})?$/),
  currency: z.string().length(3),
  payment_method: z.string().min(1),
});

export async function handler(event: { readonly body: string }): Promise<object> {
  const parsed = paymentSchema.safeParse(JSON.parse(event.body));
  if (!parsed.success) return { statusCode: 400, headers: {}, body: '{"error":"invalid"}' };
  const payment = parsed.data;
  const item = Object.fromEntries(Object.entries(payment).map(([name, value]) => [name, { S: value }]));
  await table.putItem({ TableName: process.env['JOURNAL_TABLE'], Item: { ...item, pk: { S: `N#${payment.transaction_id}` }, accepted_at: { N: String(Date.now()) } }, ConditionExpression: 'attribute_not_exists(pk)' });
  await queue.sendMessage({ QueueUrl: process.env['QUEUE_URL'], MessageBody: JSON.stringify({ transaction_id: payment.transaction_id }) });
  logger.info('request', { status: 202, transaction_id: payment.transaction_id });
  metrics.addMetric('ValidationSuccess', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  return { statusCode: 202, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ transaction_id: payment.transaction_id, status: 'accepted' }) };
}
