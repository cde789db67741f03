// One region's REST API: the routes of the manifest in stage `prod`, throttled, logged without bodies, behind a web
// firewall, and looked at by a health check. With a domain it also gets its names, and its half of the records that
// follow health: those stand from the first day and are never changed by a failover.
// Invariant: every route goes to exactly the function that the manifest names, and /health is not stopped by a throttle
// or a firewall rule that is meant for payments.
import {
  aws_apigateway as apigateway, aws_certificatemanager as certificates, aws_logs as logs, aws_route53 as route53, aws_wafv2 as waf,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { primaryRegion, stageLimit } from '@understudy/functions/manifest';
import type { FunctionSpec, Region } from '@understudy/functions/manifest';
import type { Names } from '../names.ts';
import type { Place } from '../stacks/region-stack.ts';
import { answerInOurShape, methodOptions } from './api-gateway-answers.ts';
import { logGroup } from './log-group.ts';
import type { ServiceFunction } from './service-function.ts';
import { firewallRules } from './firewall.ts';

export const STAGE = 'prod';
/** Some sixteen checkers of Route 53 every ten seconds, three detectors, and room. */
const HEALTH_THROTTLE = { perSecond: 100, burst: 200 } as const;

export interface RoutedFunction {
  readonly spec: FunctionSpec;
  readonly deployed: ServiceFunction;
}

export interface ApiProps {
  readonly place: Place<Region>;
  readonly names: Names;
  readonly keyArn: string;
  readonly functions: readonly RoutedFunction[];
  /** Asked before each function whose route names a scope. */
  readonly authorize: ServiceFunction | undefined;
}

export class Api extends Construct {
  readonly host: string;
  readonly restApi: apigateway.RestApi;
  readonly healthCheckId: string;
  readonly #props: ApiProps;

  constructor(scope: Construct, props: ApiProps) {
    super(scope, 'api');
    this.#props = props;
    this.restApi = this.#restApi();
    this.#routes();
    this.host = `${this.restApi.restApiId}.execute-api.${props.place.region}.amazonaws.com`;
    this.#firewall();
    this.healthCheckId = this.#healthCheck();
    const { domain } = props.place.deployment;
    if (domain) this.#name(domain);
  }

  #restApi(): apigateway.RestApi {
    const { names, place, keyArn } = this.#props;
    const { logDays, production, tracing } = place.deployment;
    const log = logGroup(this, 'AccessLog', { name: `/understudy/${names.suffix}/api-access`, days: logDays, keyArn, production });
    const api = new apigateway.RestApi(this, 'Rest', {
      restApiName: names.of('api'),
      description: `Understudy ${names.suffix}: payments`,
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      cloudWatchRole: true,
      // The authorizer names the merchant's usage key; clients never see one.
      apiKeySourceType: apigateway.ApiKeySourceType.AUTHORIZER,
      deployOptions: {
        stageName: STAGE,
        loggingLevel: apigateway.MethodLoggingLevel.INFO,
        // Bodies hold what customers bought and from whom.
        dataTraceEnabled: false,
        metricsEnabled: true,
        tracingEnabled: tracing !== 'off',
        throttlingRateLimit: stageLimit.perSecond,
        throttlingBurstLimit: stageLimit.burst,
        methodOptions: { '/health/GET': { throttlingRateLimit: HEALTH_THROTTLE.perSecond, throttlingBurstLimit: HEALTH_THROTTLE.burst, loggingLevel: apigateway.MethodLoggingLevel.ERROR, metricsEnabled: true } },
        accessLogDestination: new apigateway.LogGroupLogDestination(logs.LogGroup.fromLogGroupArn(this, 'AccessLogByArn', log.attrArn)),
        accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify({
          request_id: '$context.requestId', at: '$context.requestTimeEpoch', ip: '$context.identity.sourceIp', method: '$context.httpMethod', route: '$context.resourcePath',
          status: '$context.status', latency_ms: '$context.responseLatency', bytes: '$context.responseLength', error: '$context.error.responseType', merchant: '$context.authorizer.merchant_id', firewall: '$context.wafResponseCode',
        })),
      },
    });
    answerInOurShape(api);
    return api;
  }

  #routes(): void {
    const { authorize, names } = this.#props;
    const optionsFor = methodOptions(this.restApi, authorize, names.of('authorize'));
    for (const { spec, deployed } of this.#props.functions) {
      const integration = new apigateway.LambdaIntegration(deployed.alias, { proxy: true, allowTestInvoke: false });
      for (const route of spec.routes ?? []) {
        this.restApi.root.resourceForPath(route.path).addMethod(route.method, integration, optionsFor(route));
      }
    }
  }

  #firewall(): void {
    const { names, place, keyArn } = this.#props;
    const acl = new waf.CfnWebACL(this, 'Firewall', {
      name: names.of('api'), scope: 'REGIONAL', defaultAction: { allow: {} }, ...firewallRules(STAGE),
      visibilityConfig: { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName: names.of('api') },
    });
    // The service wants this beginning of a name.
    const log = logGroup(this, 'FirewallLog', { name: `aws-waf-logs-${names.of('api')}`, days: place.deployment.logDays, keyArn, production: place.deployment.production });
    new waf.CfnLoggingConfiguration(this, 'FirewallLogging', {
      resourceArn: acl.attrArn, logDestinationConfigs: [`arn:aws:logs:${place.region}:${place.deployment.account}:log-group:${log.logGroupName}`],
      redactedFields: [{ singleHeader: { Name: 'authorization' } }],
      // What was let through stands in the access log.
      loggingFilter: { DefaultBehavior: 'DROP', Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }] },
    }).node.addDependency(log);
    new waf.CfnWebACLAssociation(this, 'FirewallOfStage', { webAclArn: acl.attrArn, resourceArn: this.restApi.deploymentStage.stageArn });
  }

  #healthCheck(): string {
    const { names, place } = this.#props;
    const { dns } = place.deployment;
    return new route53.CfnHealthCheck(this, 'HealthCheck', {
      healthCheckConfig: {
        type: 'HTTPS', fullyQualifiedDomainName: this.host, port: 443, resourcePath: `/${STAGE}/health`, enableSni: true, measureLatency: true, requestInterval: dns.healthCheckIntervalS, failureThreshold: dns.healthCheckFailures,
      },
      healthCheckTags: [{ key: 'Name', value: names.inAccount('api', place.region) }],
    }).attrHealthCheckId;
  }

  /** The common name in both regions, and a name for this region alone, for clients that choose for themselves. */
  #name({ hostedZoneId, zoneName, apiName }: NonNullable<Place['deployment']['domain']>): void {
    const { place } = this.#props;
    const { dns } = place.deployment;
    const common = `${apiName}.${zoneName}`;
    const own = `${apiName}-${place.region}.${zoneName}`;
    const zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName });
    const certificate = new certificates.Certificate(this, 'Certificate', { domainName: common, subjectAlternativeNames: [own], validation: certificates.CertificateValidation.fromDns(zone) });
    const targetOf = (id: string, domainName: string): string => {
      const domain = new apigateway.DomainName(this, id, { domainName, certificate, endpointType: apigateway.EndpointType.REGIONAL, securityPolicy: apigateway.SecurityPolicy.TLS_1_2 });
      domain.addBasePathMapping(this.restApi, { stage: this.restApi.deploymentStage });
      return domain.domainNameAliasDomainName;
    };
    const ttl = String(dns.ttlS);
    new route53.CfnRecordSet(this, 'OwnRecord', { hostedZoneId, name: own, type: 'CNAME', ttl, resourceRecords: [targetOf('OwnName', own)] });
    const isPrimary = place.region === primaryRegion;
    new route53.CfnRecordSet(this, 'Record', {
      // Not an alias: an alias would take the target's minute as its time to live.
      hostedZoneId, name: common, type: 'CNAME', ttl, resourceRecords: [targetOf('CommonName', common)], setIdentifier: place.region, healthCheckId: this.healthCheckId,
      ...(dns.routing === 'failover' ? { failover: isPrimary ? 'PRIMARY' : 'SECONDARY' } : { weight: isPrimary ? 100 : 0 }),
    });
  }
}
