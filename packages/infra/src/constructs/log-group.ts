// A log group that is encrypted, kept for as long as configured, and removed with a disposable environment.
import { aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { keepInProduction } from '../stacks/keep.ts';

export interface LogGroupOptions {
  readonly name: string;
  readonly days: number;
  readonly keyArn: string;
  readonly production: boolean;
}

export function logGroup(scope: Construct, id: string, { name, days, keyArn, production }: LogGroupOptions): logs.CfnLogGroup {
  const group = new logs.CfnLogGroup(scope, id, { logGroupName: name, retentionInDays: days, kmsKeyId: keyArn });
  keepInProduction(group, production);
  return group;
}
