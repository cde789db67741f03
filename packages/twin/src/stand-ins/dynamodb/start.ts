// Starts the table's process alone, without a twin around it: for measuring it, and what stands on it.
import { startChild } from '../../child.ts';
import type { Child } from '../../child.ts';
import type { DynamodbProcessConfiguration } from './dynamodb.process.ts';

export const startTable = (configuration: DynamodbProcessConfiguration, logFile: string): Promise<Child> =>
  startChild({ entry: new URL('dynamodb.process.ts', import.meta.url), configuration, logFile });
