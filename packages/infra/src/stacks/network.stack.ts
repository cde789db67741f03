// One region's private network: three zones, no address reachable from outside, one way out for what has to leave.
// Invariant: the two regions' address ranges never overlap, because they are joined.
import { CfnOutput, aws_ec2 as ec2, aws_logs as logs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Region } from '@understudy/functions/manifest';
import { logGroup } from '../constructs/log-group.ts';
import { RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';

export const cidrs: Readonly<Record<Region, string>> = { 'us-east-1': '10.0.0.0/16', 'us-east-2': '10.1.0.0/16' };

const ZONES = 3;

const interfaceServices: Readonly<Record<string, ec2.InterfaceVpcEndpointAwsService>> = {
  sqs: ec2.InterfaceVpcEndpointAwsService.SQS, sns: ec2.InterfaceVpcEndpointAwsService.SNS, secretsmanager: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  states: ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS, logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, rds: ec2.InterfaceVpcEndpointAwsService.RDS, kms: ec2.InterfaceVpcEndpointAwsService.KMS,
};

export class NetworkStack extends RegionStack<Region> {
  readonly vpc: ec2.Vpc;
  readonly ledgerSecurityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, place: Place<Region>, keys: KeyStack) {
    super(scope, 'network', place);
    const { network, logDays, production } = this.deployment;
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      vpcName: this.names.of('network'),
      ipAddresses: ec2.IpAddresses.cidr(cidrs[place.region]),
      maxAzs: ZONES,
      natGateways: network.nat === 'one' ? 1 : ZONES,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        // A function takes an address for each of its network interfaces, of which there are many at peak.
        { name: 'functions', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
        { name: 'ledger', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        // For the NAT gateways and nothing else.
        { name: 'exit', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
      ],
      gatewayEndpoints: { table: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB }, objects: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    const flow = logGroup(this, 'FlowLog', { name: `/understudy/${this.names.suffix}/flow`, days: logDays, keyArn: keys.keyArn, production });
    this.vpc.addFlowLog('Flow', { destination: ec2.FlowLogDestination.toCloudWatchLogs(logs.LogGroup.fromLogGroupArn(this, 'FlowLogByArn', flow.attrArn)), trafficType: ec2.FlowLogTrafficType.REJECT });
    for (const name of network.interfaceEndpoints) {
      const service = interfaceServices[name];
      // The network's range is written out: a rule whose source is known only once deployed cannot be judged before.
      if (service) this.vpc.addInterfaceEndpoint(name, { service, open: false, subnets: { subnetGroupName: 'functions' } }).connections.allowDefaultPortFrom(ec2.Peer.ipv4(cidrs[place.region]));
    }
    this.ledgerSecurityGroup = new ec2.SecurityGroup(this, 'LedgerSecurityGroup', {
      vpc: this.vpc, securityGroupName: this.names.of('ledger'), description: 'The ledger: entered by functions that list it among their rights', allowAllOutbound: false,
    });
    new CfnOutput(this, 'VpcId', { value: this.vpc.vpcId });
  }
}
