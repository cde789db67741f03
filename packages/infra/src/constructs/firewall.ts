// The rules of the web firewall before the API. Invariant: /health is let through before any other rule, because a
// region that blocks its health checks would be taken for lost. Merchants are limited by the API's usage plan, not here.
import type { aws_wafv2 as waf } from 'aws-cdk-lib';
import { gatewayResponses } from '@understudy/functions/manifest';

/** Requests a minute from one address: 500 a second, half of what the stage takes. */
const PER_MINUTE_MAX = 30_000;

const seen = (metricName: string): waf.CfnWebACL.VisibilityConfigProperty => ({ cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName });

interface Managed {
  readonly priority: number;
  readonly name: string;
  readonly exceptions?: readonly string[];
}

const managed = ({ priority, name, exceptions = [] }: Managed): waf.CfnWebACL.RuleProperty => ({
  name, priority, overrideAction: { none: {} }, visibilityConfig: seen(name),
  statement: { managedRuleGroupStatement: { vendorName: 'AWS', name, ruleActionOverrides: exceptions.map((one) => ({ name: one, actionToUse: { count: {} } })) } },
});

const perAddress: waf.CfnWebACL.RuleProperty = {
  name: 'per-address', priority: 1, visibilityConfig: seen('per-address'),
  action: { block: { customResponse: { responseCode: 429, customResponseBodyKey: 'throttled', responseHeaders: [{ name: 'retry-after', value: '1' }] } } },
  statement: { rateBasedStatement: { limit: PER_MINUTE_MAX, evaluationWindowSec: 60, aggregateKeyType: 'IP' } },
};

export const firewallRules = (stage: string): Pick<waf.CfnWebACLProps, 'rules' | 'customResponseBodies'> => ({
  customResponseBodies: { throttled: { contentType: 'APPLICATION_JSON', content: JSON.stringify(gatewayResponses.THROTTLED.body) } },
  rules: [
    {
      name: 'health', priority: 0, action: { allow: {} }, visibilityConfig: seen('health'),
      statement: { byteMatchStatement: { fieldToMatch: { uriPath: {} }, positionalConstraint: 'EXACTLY', searchString: `/${stage}/health`, textTransformations: [{ priority: 0, type: 'NONE' }] } },
    },
    perAddress,
    managed({ priority: 2, name: 'AWSManagedRulesAmazonIpReputationList' }),
    managed({ priority: 3, name: 'AWSManagedRulesKnownBadInputsRuleSet' }),
    // Bodies are bounded by the functions, with a sentence.
    managed({ priority: 4, name: 'AWSManagedRulesCommonRuleSet', exceptions: ['SizeRestrictions_BODY'] }),
  ],
});
