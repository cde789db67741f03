// Experiments of the Fault Injection Service for drills on AWS: each takes something from this region for ten minutes
// and gives it back by itself, or at once when the alarm about waiting payments is raised here.
// Invariant: an experiment's stop condition is an alarm of its own region; one of another region would be refused at its start.
import { aws_fis as fis, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Region } from '@understudy/functions/manifest';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';

const TEN_MINUTES = 'PT10M';

interface Experiment {
  readonly name: string;
  readonly about: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly target: { readonly key: string; readonly type: string; readonly arns?: readonly string[]; readonly tags?: Readonly<Record<string, string>> };
}

export class DrillStack extends RegionStack<Region> {
  constructor(scope: Construct, place: Place<Region>) {
    super(scope, 'drill', place);
    const roleArn = this.#role();
    for (const { name, about, action, parameters, target } of this.#experiments()) {
      new fis.CfnExperimentTemplate(this, name, {
        description: about, roleArn, tags: { Name: this.names.of(`drill-${name}`) },
        stopConditions: [{ source: 'aws:cloudwatch:alarm', value: this.names.arn('cloudwatch', place.region, `alarm:${this.names.of('oldest-unposted')}`) }],
        targets: { It: { resourceType: target.type, selectionMode: 'ALL', ...(target.arns ? { resourceArns: [...target.arns] } : {}), ...(target.tags ? { resourceTags: { ...target.tags } } : {}) } },
        actions: { Take: { actionId: action, parameters, targets: { [target.key]: 'It' } } },
      });
    }
  }

  #experiments(): readonly Experiment[] {
    const { region } = this.place;
    return [
      {
        name: 'journal', about: 'this region loses its replica of the journal: it accepts through the other one, and nothing moves', action: 'aws:dynamodb:global-table-pause-replication',
        parameters: { duration: TEN_MINUTES }, target: { key: 'Tables', type: 'aws:dynamodb:global-table', arns: [this.names.table(region)] },
      },
      {
        name: 'network', about: 'the functions of this region reach nothing: the region is lost, the other one takes over', action: 'aws:network:disrupt-connectivity',
        parameters: { duration: TEN_MINUTES, scope: 'all' }, target: { key: 'Subnets', type: 'aws:ec2:subnet', tags: { Environment: this.names.suffix, 'aws-cdk:subnet-name': 'functions' } },
      },
      {
        name: 'ledger', about: 'the ledger of this region changes its writer: settling pauses, and nothing moves', action: 'aws:rds:failover-db-cluster',
        parameters: {}, target: { key: 'Clusters', type: 'aws:rds:cluster', arns: [this.names.cluster(region)] },
      },
      {
        name: 'receipts', about: 'copies of receipts no longer leave this region', action: 'aws:s3:bucket-pause-replication',
        parameters: { duration: TEN_MINUTES, region: region === 'us-east-1' ? 'us-east-2' : 'us-east-1' }, target: { key: 'Buckets', type: 'aws:s3:bucket', arns: [`arn:aws:s3:::${this.names.bucket('receipts', region)}`] },
      },
    ];
  }

  #role(): string {
    const { region } = this.place;
    const onSubnets = { actions: ['ec2:CreateNetworkAcl', 'ec2:CreateNetworkAclEntry', 'ec2:CreateTags', 'ec2:DeleteNetworkAcl', 'ec2:DescribeManagedPrefixLists', 'ec2:DescribeNetworkAcls', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs', 'ec2:ReplaceNetworkAclAssociation'], resources: ['*'] };
    return new iam.Role(this, 'Role', {
      roleName: this.names.inAccount('drill', region), assumedBy: new iam.ServicePrincipal('fis.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': this.account } } }),
      inlinePolicies: {
        Rights: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({ actions: ['dynamodb:InjectError'], resources: [this.names.table(region), `${this.names.table(region)}/*`] }),
            new iam.PolicyStatement({ actions: ['dynamodb:DescribeTable'], resources: [this.names.table(region)] }),
            new iam.PolicyStatement(onSubnets),
            new iam.PolicyStatement({ actions: ['rds:FailoverDBCluster', 'rds:DescribeDBClusters'], resources: [this.names.cluster(region)] }),
            new iam.PolicyStatement({ actions: ['s3:PauseReplication', 's3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'], resources: [`arn:aws:s3:::${this.names.bucket('receipts', region)}`] }),
            new iam.PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
            new iam.PolicyStatement({ actions: ['tag:GetResources'], resources: ['*'] }),
          ],
        }),
      },
    }).roleArn;
  }
}
