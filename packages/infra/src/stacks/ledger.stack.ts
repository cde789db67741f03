// One region's half of the ledger: a cluster of the Aurora global database, and the step that makes it ready at each
// deployment. Names stay and roles move: which half is the primary is decided by the epoch and never by a template.
// Invariant: both halves are alike, because either must carry the load at once. Only the first one, in us-east-1, is
// made with an owner and a database; the other receives both by replication.
import { CfnOutput, SecretValue, aws_iam as iam, aws_rds as rds } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { primaryRegion } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { logGroup } from '../constructs/log-group.ts';
import { LEDGER_DATABASE, LEDGER_OWNER, LEDGER_PORT } from '../ledger-names.ts';
import { keepInProduction } from './keep.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';
import type { NetworkStack } from './network.stack.ts';

const ENGINE = 'aurora-postgresql';
const MONITORING_S = 60;

export class LedgerStack extends RegionStack<Region> {
  /** Has an address only while this half is the primary. */
  readonly writerHost: string;
  readonly readerHost: string;

  constructor(scope: Construct, place: Place<Region>, { keys, network }: { readonly keys: KeyStack; readonly network: NetworkStack }) {
    super(scope, 'ledger', place);
    const { ledger, production, logDays } = this.deployment;
    const isFirst = place.region === primaryRegion;
    const globalCluster = isFirst ? this.#globalCluster() : undefined;
    const identifier = this.names.clusterId(place.region);
    const cluster = new rds.CfnDBCluster(this, 'Cluster', {
      engine: ENGINE,
      engineVersion: ledger.engineVersion,
      dbClusterIdentifier: identifier,
      globalClusterIdentifier: this.names.of('ledger'),
      ...(isFirst ? { databaseName: LEDGER_DATABASE, masterUsername: LEDGER_OWNER, masterUserPassword: SecretValue.secretsManager(this.names.of('ledger-owner'), { jsonField: 'password' }).unsafeUnwrap() } : {}),
      dbSubnetGroupName: this.#subnets(network),
      vpcSecurityGroupIds: [network.ledgerSecurityGroup.securityGroupId],
      port: LEDGER_PORT,
      storageEncrypted: true,
      kmsKeyId: keys.keyArn,
      enableIamDatabaseAuthentication: true,
      dbClusterParameterGroupName: this.#parameters(),
      serverlessV2ScalingConfiguration: { minCapacity: ledger.capacityMin, maxCapacity: ledger.capacityMax },
      backupRetentionPeriod: ledger.backupDays,
      copyTagsToSnapshot: true,
      deletionProtection: production,
      enableCloudwatchLogsExports: ['postgresql'],
      // A version is changed in both halves at once, by a person.
      autoMinorVersionUpgrade: false,
    });
    if (globalCluster) cluster.addResourceDependency(globalCluster);
    cluster.addResourceDependency(this.#log(identifier, logDays, keys));
    keepInProduction(cluster, production);
    this.#instances(cluster, keys);
    this.#events(cluster);
    this.writerHost = cluster.attrEndpointAddress;
    this.readerHost = cluster.attrReadEndpointAddress;
    new CfnOutput(this, 'WriterHost', { value: this.writerHost });
    new CfnOutput(this, 'ReaderHost', { value: this.readerHost });
  }

  #globalCluster(): rds.CfnGlobalCluster {
    const { ledger, production } = this.deployment;
    const cluster = new rds.CfnGlobalCluster(this, 'GlobalCluster', { globalClusterIdentifier: this.names.of('ledger'), engine: ENGINE, engineVersion: ledger.engineVersion, storageEncrypted: true, deletionProtection: production });
    keepInProduction(cluster, production);
    return cluster;
  }

  #subnets({ vpc }: NetworkStack): string {
    return new rds.CfnDBSubnetGroup(this, 'Subnets', {
      dbSubnetGroupName: this.names.of('ledger'), dbSubnetGroupDescription: 'Isolated: no way in but from the functions, and no way out', subnetIds: vpc.selectSubnets({ subnetGroupName: 'ledger' }).subnetIds,
    }).ref;
  }

  /** Parameters are not carried over by a move, so both halves have the same. */
  #parameters(): string {
    const major = this.deployment.ledger.engineVersion.split('.')[0] ?? '';
    return new rds.CfnDBClusterParameterGroup(this, 'Parameters', {
      family: `${ENGINE}${major}`,
      description: 'TLS only; statements are logged when they define data or take long',
      parameters: { 'rds.force_ssl': '1', log_statement: 'ddl', log_min_duration_statement: '1000', idle_in_transaction_session_timeout: '10000' },
    }).ref;
  }

  /** Made before the cluster, which would make it without an end. */
  #log(identifier: string, days: number, keys: KeyStack) {
    return logGroup(this, 'Log', { name: `/aws/rds/cluster/${identifier}/postgresql`, days, keyArn: keys.keyArn, production: this.deployment.production });
  }

  /** Until the service says that a former primary is a standby again, there is nowhere to fail over to. */
  #events(cluster: rds.CfnDBCluster): void {
    new rds.CfnEventSubscription(this, 'Events', {
      subscriptionName: this.names.of('ledger'), snsTopicArn: this.names.topic('alerts', this.place.region), sourceType: 'db-cluster', sourceIds: [cluster.ref],
      eventCategories: ['failover', 'failure', 'global-failover', 'maintenance', 'notification'],
    });
  }

  #instances(cluster: rds.CfnDBCluster, keys: KeyStack): void {
    const monitoring = new iam.Role(this, 'Monitoring', { assumedBy: new iam.ServicePrincipal('monitoring.rds.amazonaws.com'), managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonRDSEnhancedMonitoringRole')] });
    for (let i = 1; i <= this.deployment.ledger.instances; i += 1) {
      const instance = new rds.CfnDBInstance(this, `Instance${i}`, {
        engine: ENGINE, dbClusterIdentifier: cluster.ref, dbInstanceIdentifier: `${this.names.clusterId(this.place.region)}-${i}`, dbInstanceClass: 'db.serverless',
        // All may take over as the writer of their region.
        promotionTier: 1, publiclyAccessible: false, autoMinorVersionUpgrade: false,
        monitoringInterval: MONITORING_S, monitoringRoleArn: monitoring.roleArn, enablePerformanceInsights: true, performanceInsightsKmsKeyId: keys.keyArn,
      });
      keepInProduction(instance, this.deployment.production);
    }
  }
}
