// What API Gateway (REST, proxy integration, payload 1.0) hands a function and takes back. Only the parts that are
// used, so that the local host and the tests need to make no more than these.

export interface HttpEvent {
  readonly httpMethod: string;
  /** The route's template, such as `/payments/{transaction_id}`. */
  readonly resource: string;
  readonly path: string;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  /** `authorizer`: what the authorizer said of the caller; a gateway makes texts of it. */
  readonly requestContext?: { readonly requestId?: string; readonly authorizer?: Readonly<Record<string, unknown>> | null };
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export type HttpHandler = (event: HttpEvent) => Promise<HttpResult>;

/** Header names have no case; a gateway passes them as they were sent. */
export const headerOf = (event: Pick<HttpEvent, 'headers'>, name: string): string | undefined =>
  Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
