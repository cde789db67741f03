// What API Gateway itself answers, and whom it asks before a function: both from the manifest's data, which the twin's
// gateway plays too. Invariant: a route that names a scope is never reached without a key.
import { Duration, aws_apigateway as apigateway } from 'aws-cdk-lib';
import { authorizerTtlS, gatewayResponses, identityHeader } from '@understudy/functions/manifest';
import type { FunctionSpec } from '@understudy/functions/manifest';
import type { ServiceFunction } from './service-function.ts';

export type Route = NonNullable<FunctionSpec['routes']>[number];

export function answerInOurShape(api: apigateway.RestApi): void {
  for (const [type, { statusCode, headers, body }] of Object.entries(gatewayResponses)) {
    api.addGatewayResponse(type, {
      type: apigateway.ResponseType.of(type),
      statusCode: String(statusCode),
      // Literal values stand in quotes.
      responseHeaders: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type').map(([name, value]) => [name, `'${value}'`])),
      templates: { 'application/json': JSON.stringify(body) },
    });
  }
}

/** How a method is reached: freely, or with a key that the authorizer knows and that counts against its merchant's limit. */
export function methodOptions(api: apigateway.RestApi, authorize: ServiceFunction | undefined, authorizerName: string): (route: Route) => apigateway.MethodOptions {
  const authorizer = authorize && new apigateway.RequestAuthorizer(authorize, 'Authorizer', {
    authorizerName, handler: authorize.alias, identitySources: [apigateway.IdentitySource.header(identityHeader)], resultsCacheTtl: Duration.seconds(authorizerTtlS),
  });
  return (route) => {
    if (route.scope === null) return { authorizationType: apigateway.AuthorizationType.NONE };
    if (!authorizer) throw new Error(`${route.method} ${route.path} names a scope, and no function authorizes`);
    return { authorizationType: apigateway.AuthorizationType.CUSTOM, authorizer, apiKeyRequired: true };
  };
}
