// One function of the manifest on AWS: its code, its role, its way through the network, its log, its alias, and how a
// new version is brought out. Everything is derived from its row: rights become the policy and the network rules,
// variables the environment.
// Invariant: no construct may add to a role afterwards; what a function may do stands here and in rights.ts.
import {
  Duration, aws_codedeploy as codedeploy, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { peerOf, reservedInstances, witnessRegion } from '@understudy/functions/manifest';
import type { FunctionSpec, Region, Right, VariableName } from '@understudy/functions/manifest';
import { LEDGER_PORT } from '../ledger-names.ts';
import type { Names } from '../names.ts';
import { cidrs } from '../stacks/network.stack.ts';
import type { Place } from '../stacks/region-stack.ts';
import { raise } from './alarm.ts';
import { environmentOf } from './environment.ts';
import type { EnvironmentContext } from './environment.ts';
import { logGroup } from './log-group.ts';
import { grantOf, policyOf } from './rights.ts';
import type { Grant, Reach } from './rights.ts';

/** Where a function's bundle lies; tests have an empty one for all. */
export type CodeOf = (name: string) => lambda.Code;

export interface FunctionsContext {
  readonly place: Place;
  readonly names: Names;
  readonly keyArn: string;
  readonly keyId: string;
  readonly codeOf: CodeOf;
  readonly environment: Omit<EnvironmentContext, 'place' | 'names'>;
  /** None in the witness region, where nothing is held. */
  readonly network?: { readonly vpc: ec2.IVpc; readonly ledgerSecurityGroup: ec2.ISecurityGroup };
}

export interface ServiceFunctionProps {
  readonly spec: FunctionSpec;
  readonly context: FunctionsContext;
  /** The queue it takes from. */
  readonly queue?: string;
  /** At most as many at once, unless the configuration says otherwise. */
  readonly reserved?: number;
}

const HTTPS = 443;

/** How long a secret that was changed may still be used, and how long reading one may take. */
const SECRET_FRESH: Duration = Duration.seconds(60);
const SECRET_LIMIT: Duration = Duration.seconds(1);

const takesRequests: ReadonlySet<string> = new Set(['http', 'authorizer', 'queue']);

export class ServiceFunction extends Construct {
  readonly name: string;
  readonly function: lambda.Function;
  readonly alias: lambda.Alias;
  readonly #context: FunctionsContext;

  constructor(scope: Construct, { spec, context, queue, reserved }: ServiceFunctionProps) {
    super(scope, spec.name);
    this.name = spec.name;
    this.#context = context;
    const { place, names } = context;
    const { deployment } = place;
    const own: { readonly variables: readonly VariableName[]; readonly rights: readonly Right[] } = place.region === witnessRegion && spec.witness ? spec.witness : spec;
    const grants = own.rights.map((right) => grantOf(right, { place, names, ...(queue === undefined ? {} : { queue }) }));
    const log = logGroup(this, 'Log', { name: `/aws/lambda/${names.of(spec.name)}`, days: deployment.logDays, keyArn: context.keyArn, production: deployment.production });
    this.function = new lambda.Function(this, 'Function', {
      functionName: names.of(spec.name),
      description: `Understudy ${names.suffix}: ${spec.name}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: context.codeOf(spec.name),
      timeout: Duration.millis(spec.timeoutMs),
      memorySize: spec.memoryMb,
      environment: environmentOf(own.variables, { place, names, ...context.environment }),
      environmentEncryption: kms.Key.fromKeyArn(this, 'Key', context.keyArn),
      role: this.#role(grants, log).withoutPolicyUpdates(),
      logGroup: logs.LogGroup.fromLogGroupArn(this, 'LogByArn', log.attrArn),
      loggingFormat: lambda.LoggingFormat.JSON,
      ...this.#tracing(),
      ...this.#network(grants),
      ...(grants.some((grant) => grant.readsSecrets) ? { paramsAndSecrets: lambda.ParamsAndSecretsLayerVersion.fromVersion(lambda.ParamsAndSecretsVersions.V1_0_103, { secretsManagerTtl: SECRET_FRESH, secretsManagerTimeout: SECRET_LIMIT }) } : {}),
      ...concurrencyOf(deployment.concurrency.reserved[spec.name] ?? reserved ?? reservedInstances[spec.name]),
    });
    this.alias = this.#release(takesRequests.has(spec.kind));
  }

  #role(grants: readonly Grant[], log: logs.CfnLogGroup): iam.Role {
    const { place, names, keyId, network } = this.#context;
    const statements = [
      new iam.PolicyStatement({ sid: 'Log', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [log.attrArn] }),
      ...policyOf(grants, { place, names }, keyId),
    ];
    if (place.deployment.tracing !== 'off') statements.push(new iam.PolicyStatement({ sid: 'Trace', actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }));
    if (network) {
      // Lambda asks for these with the function's role to plug it into the network; they know no resources.
      statements.push(new iam.PolicyStatement({
        sid: 'Network', resources: ['*'],
        actions: ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
      }));
      // The code itself shall not: what Lambda does for the function carries no function's address.
      statements.push(new iam.PolicyStatement({
        sid: 'NetworkNotFromCode', effect: iam.Effect.DENY, resources: ['*'], actions: ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': names.functionArn(this.name, place.region) } },
      }));
    }
    return new iam.Role(this, 'Role', {
      roleName: names.inAccount(this.name, place.region), assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { Rights: new iam.PolicyDocument({ statements }) },
    });
  }

  #tracing(): Partial<lambda.FunctionProps> {
    const { tracing } = this.#context.place.deployment;
    if (tracing === 'off') return { tracing: lambda.Tracing.DISABLED };
    if (tracing === 'xray') return { tracing: lambda.Tracing.ACTIVE };
    return {
      tracing: lambda.Tracing.ACTIVE,
      adotInstrumentation: { layerVersion: lambda.AdotLayerVersion.fromJavaScriptSdkLayerVersion(lambda.AdotLambdaLayerJavaScriptSdkVersion.LATEST), execWrapper: lambda.AdotLambdaExecWrapper.REGULAR_HANDLER },
    };
  }

  #network(grants: readonly Grant[]): Partial<lambda.FunctionProps> {
    const { network, names, place } = this.#context;
    if (!network) return {};
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc: network.vpc, securityGroupName: names.of(this.name), description: `What ${this.name} may reach`, allowAllOutbound: false });
    const reaches = new Set<Reach>(grants.flatMap((grant) => grant.reaches));
    if (reaches.has('https')) group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(HTTPS), 'services of AWS in both regions, the acquirer, merchants');
    if (reaches.has('own-ledger')) {
      new ec2.CfnSecurityGroupEgress(this, 'ToLedger', { groupId: group.securityGroupId, destinationSecurityGroupId: network.ledgerSecurityGroup.securityGroupId, ipProtocol: 'tcp', fromPort: LEDGER_PORT, toPort: LEDGER_PORT, description: 'this region\'s ledger' });
      new ec2.CfnSecurityGroupIngress(this, 'IntoLedger', { groupId: network.ledgerSecurityGroup.securityGroupId, sourceSecurityGroupId: group.securityGroupId, ipProtocol: 'tcp', fromPort: LEDGER_PORT, toPort: LEDGER_PORT, description: this.name });
    }
    if (reaches.has('other-ledger')) group.addEgressRule(ec2.Peer.ipv4(cidrs[peerOf(place.region as Region)]), ec2.Port.tcp(LEDGER_PORT), 'the other region\'s ledger');
    return { vpc: network.vpc, vpcSubnets: { subnetGroupName: 'functions' }, securityGroups: [group] };
  }

  /** Callers name the alias, so that a new version can be tried on a part of them. What runs by itself has no parts. */
  #release(hasCallers: boolean): lambda.Alias {
    const { names, place } = this.#context;
    const { concurrency, release } = place.deployment;
    const provisioned = concurrency.provisioned[this.name];
    const alias = new lambda.Alias(this, 'Live', { aliasName: 'live', version: this.function.currentVersion, ...(provisioned === undefined ? {} : { provisionedConcurrentExecutions: provisioned }) });
    if (release === 'canary' && hasCallers) {
      new codedeploy.LambdaDeploymentGroup(this, 'Release', {
        deploymentGroupName: names.of(this.name),
        alias,
        deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        alarms: [raise(this, { kind: 'canary', of: this.name, names, topicArn: names.topic('alerts', place.region), metric: alias.metricErrors({ period: Duration.minutes(1), statistic: 'Sum' }), above: 0 })],
      });
    }
    return alias;
  }
}

const concurrencyOf = (reserved: number | undefined): Partial<lambda.FunctionProps> => (reserved === undefined ? {} : { reservedConcurrentExecutions: reserved });
