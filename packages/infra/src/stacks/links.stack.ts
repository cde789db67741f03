// What one region has to know of the other and cannot know from names: the other ledger's addresses and the way to it.
// These are the only stacks that read the other region, and only while they are deployed: what they learn is left in
// this region's parameters, so that all other stacks can be changed while the other region is away.
// Invariant: nothing here is on the path of a failover, and nothing in it needs to change for one.
import { CfnOutput, aws_ec2 as ec2, aws_iam as iam, aws_logs as logs, aws_ssm as ssm, custom_resources as custom } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { primaryRegion } from '@understudy/functions/manifest';
import type { Region } from '@understudy/functions/manifest';
import { logGroup } from '../constructs/log-group.ts';
import { LEDGER_PORT } from '../ledger-names.ts';
import type { Names } from '../names.ts';
import type { LedgerStack } from './ledger.stack.ts';
import { cidrs } from './network.stack.ts';
import type { NetworkStack } from './network.stack.ts';
import { otherRegion, outputOf, RegionStack } from './region-stack.ts';
import type { Place } from './region-stack.ts';
import type { KeyStack } from './key.stack.ts';
import { BUCKET, replicationRequest } from './storage.stack.ts';
import type { StorageStack } from './storage.stack.ts';

const PEERING = 'PeeringId';

/** Where the address of the other region's ledger lies in this region. */
export const ledgerHostParameters = (names: Names): { readonly writer: string; readonly reader: string } => ({ writer: names.parameter('other-ledger/writer'), reader: names.parameter('other-ledger/reader') });

/** The value of a parameter of this region, read when a stack is deployed. */
export const parameterValue = (name: string): string => `{{resolve:ssm:${name}}}`;

export interface Linked {
  readonly keys: KeyStack;
  readonly storage: StorageStack;
  readonly network: NetworkStack;
  readonly other: { readonly network: NetworkStack; readonly ledger: LedgerStack; readonly links?: LinksStack };
}

export class LinksStack extends RegionStack<Region> {
  constructor(scope: Construct, place: Place<Region>, { network, other, keys, storage }: Linked) {
    super(scope, 'links', place);
    const names = ledgerHostParameters(this.names);
    new ssm.CfnParameter(this, 'OtherWriter', { name: names.writer, type: 'String', value: outputOf(other.ledger, 'WriterHost'), description: 'the other region\'s ledger while it is the primary' });
    new ssm.CfnParameter(this, 'OtherReader', { name: names.reader, type: 'String', value: outputOf(other.ledger, 'ReaderHost'), description: 'the other region\'s ledger in any role' });
    if (place.region !== primaryRegion) this.#copyBack(storage, keys);
    const peeringId = this.#peering(network, other);
    const cidr = cidrs[otherRegion(place)];
    for (const [i, subnet] of [...network.vpc.selectSubnets({ subnetGroupName: 'functions' }).subnets, ...network.vpc.selectSubnets({ subnetGroupName: 'ledger' }).subnets].entries()) {
      new ec2.CfnRoute(this, `Route${i}`, { routeTableId: subnet.routeTable.routeTableId, destinationCidrBlock: cidr, vpcPeeringConnectionId: peeringId });
    }
    // Security groups of another region cannot be named, so its functions' whole network is let in, to this one port.
    new ec2.CfnSecurityGroupIngress(this, 'IntoLedger', { groupId: network.ledgerSecurityGroup.securityGroupId, cidrIp: cidr, ipProtocol: 'tcp', fromPort: LEDGER_PORT, toPort: LEDGER_PORT, description: 'the other region, for the drain barrier and the comparison of the two ledgers' });
  }

  /** The way back for receipts: this bucket was made before the one it is copied into. */
  #copyBack({ replicationRoleArn }: StorageStack, keys: KeyStack): void {
    const other = otherRegion(this.place);
    const { role, rules } = replicationRequest(replicationRoleArn, { bucketArn: `arn:aws:s3:::${this.names.bucket(BUCKET, other)}`, keyArn: this.names.arn('kms', other, `key/${keys.keyId}`) });
    const call: custom.AwsSdkCall = {
      service: 'S3', action: 'PutBucketReplication', physicalResourceId: custom.PhysicalResourceId.of(this.names.of('copy-back')),
      parameters: { Bucket: this.names.bucket(BUCKET, this.place.region), ReplicationConfiguration: { Role: role, Rules: rules } },
    };
    const log = logGroup(this, 'CopyBackLog', { name: `/understudy/${this.names.suffix}/copy-back`, days: this.deployment.logDays, keyArn: keys.keyArn, production: this.deployment.production });
    new custom.AwsCustomResource(this, 'CopyBack', {
      logGroup: logs.LogGroup.fromLogGroupArn(this, 'CopyBackLogByArn', log.attrArn),
      onCreate: call, onUpdate: call, installLatestAwsSdk: false, resourceType: 'Custom::CopyBack',
      policy: custom.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['s3:PutReplicationConfiguration'], resources: [`arn:aws:s3:::${this.names.bucket(BUCKET, this.place.region)}`] }),
        new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [replicationRoleArn], conditions: { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } } }),
      ]),
    });
  }

  /** Asked for in us-east-1; within one account no one has to agree. */
  #peering(network: NetworkStack, other: Linked['other']): string {
    if (this.place.region !== primaryRegion) return other.links ? outputOf(other.links, PEERING) : failWithoutPeering();
    const peering = new ec2.CfnVPCPeeringConnection(this, 'Peering', {
      vpcId: network.vpc.vpcId, peerVpcId: outputOf(other.network, 'VpcId'), peerRegion: otherRegion(this.place), peerOwnerId: this.account, tags: [{ key: 'Name', value: this.names.of('peering') }],
    });
    new CfnOutput(this, PEERING, { value: peering.ref });
    return peering.ref;
  }
}

const failWithoutPeering = (): never => {
  throw new Error('the peering is made by the links of us-east-1, which come first');
};
