// The parts of dependencies that no function can reach, and what stands in for each.
// Invariant: a part that is left out fails loudly if it is ever reached; a test looks whether each is still where it is
// left out from, so that an update does not bring it back unseen.
import { join } from 'node:path';

const unreachable = (what: string): string => `throw new Error(${JSON.stringify(`${what} is not part of the bundles`)})`;
const noClass = (name: string): string => `export class ${name} { constructor() { ${unreachable(name)} } }`;
const noFunctions = (...names: readonly string[]): string => names.map((name) => `export const ${name} = () => { ${unreachable(name)} };`).join('\n');

const endpoints = JSON.stringify(join(import.meta.dirname, 'endpoints.ts'));
const asService = (host: string): string => `import { serviceEndpoint } from ${endpoints}; export const defaultEndpointResolver = serviceEndpoint(${JSON.stringify(host)});`;

const smithy = '@smithy/core/dist-es/submodules';
const s3 = '@aws-sdk/middleware-sdk-s3/dist-es/submodules/s3';

/** By the end of their path, what stands in for them. */
export const leftOut: Readonly<Record<string, string>> = {
  // The rules by which every address of a service could be found; see endpoints.ts.
  '@aws-sdk/client-rds/dist-es/endpoint/endpointResolver.js': asService('rds'),
  '@aws-sdk/client-sns/dist-es/endpoint/endpointResolver.js': asService('sns'),
  '@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js': `export { bucketEndpoint as defaultEndpointResolver } from ${endpoints};`,
  // Only an operation that streams events asks for it.
  [`${smithy}/event-streams/index.js`]: `
    export class EventStreamSerde { constructor() { ${unreachable('event streams')} } }
    export const eventStreamSerdeProvider = () => undefined;
    export const resolveEventStreamSerdeConfig = (config) => config;`,
  // Settings come from the environment. Where it names none, these files would be looked for, on Lambda as well.
  [`${smithy}/config/node-config-provider/fromSharedConfigFiles.js`]: `
    import { CredentialsProviderError } from "../property-provider/CredentialsProviderError";
    export const fromSharedConfigFiles = () => async () => { throw new CredentialsProviderError('no files are read'); };`,
  // What each partition of AWS is like: for the rules that were left out.
  '@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partition.js': `${noFunctions('partition', 'setPartitionInfo', 'useDefaultPartitionInfo')} export const getUserAgentPrefix = () => '';`,
  // The runtime's own, if it has one; else the trace is that of the environment, of the one invocation that runs at a time.
  '@aws/lambda-invoke-store/dist-es/invoke-store.js': 'export const InvokeStore = { getInstanceAsync: async () => globalThis.awslambda?.InvokeStore };',
  // Only the parts of a stream are signed with it.
  '@smithy/signature-v4/dist-es/HeaderFormatter.js': `export class HeaderFormatter { format() { ${unreachable('signing of events')} } }`,
  // Every client is told its region.
  [`${smithy}/config/config-resolver/regionConfig/getInstanceMetadataRegion.js`]: noFunctions('getInstanceMetadataRegion'),
  // There are two readers of dates; the other one reads all that this one does.
  [`${smithy}/serde/date-utils.js`]: `
    export { _parseEpochTimestamp as parseEpochTimestamp, _parseRfc3339DateTimeWithOffset as parseRfc3339DateTimeWithOffset, _parseRfc7231DateTime as parseRfc7231DateTime } from "./schema-serde-lib/schema-date-utils";
    ${noFunctions('dateToUtcString', 'parseRfc3339DateTime')}`,
  // What is put into a bucket is bytes: never a document, nor a stream of unknown length.
  '@aws-sdk/core/dist-es/submodules/protocols/xml/XmlShapeSerializer.js': `export class XmlShapeSerializer { setSerdeContext() {} write() { ${unreachable('writing of XML')} } flush() { this.write(); } }`,
  [`${smithy}/serde/util-stream/getAwsChunkedEncodingStream.js`]: noFunctions('getAwsChunkedEncodingStream'),
  [`${smithy}/serde/util-stream/createBufferedReadable.js`]: noFunctions('createBufferedReadable'),
  // Node has these itself.
  [`${smithy}/checksum/sha256/Sha256Js.js`]: noClass('Sha256Js'),
  [`${smithy}/checksum/md5/Md5Js.js`]: noClass('Md5Js'),
  [`${smithy}/checksum/crc32/Crc32Js.js`]: noClass('Crc32Js'),
  // Objects are put with a CRC-32, so none is answered with another checksum.
  '@aws-sdk/checksums/dist-es/submodules/sha/sha1/Sha1Node.js': noClass('Sha1Node'),
  '@aws-sdk/checksums/dist-es/submodules/crc/crc32c/Crc32cJs.js': noClass('Crc32cJs'),
  '@aws-sdk/checksums/dist-es/submodules/crc/crc64-nvme/Crc64NvmeJs.js': noClass('Crc64NvmeJs'),
  // Answers are streams of Node, not of a browser.
  [`${smithy}/serde/util-stream/sdk-stream-mixin.browser.js`]: noFunctions('sdkStreamMixin'),
  [`${smithy}/serde/util-stream/checksum/createChecksumStream.browser.js`]: noFunctions('createChecksumStream'),
  [`${smithy}/serde/util-stream/stream-collector.browser.js`]: noFunctions('streamCollector', 'collectBlob', 'collectReadableStream'),
  // Calls are repeated by the application alone. Other steps are ordered by the place of this one.
  [`${smithy}/retry/index.js`]: `
    export { DEFAULT_MAX_ATTEMPTS, DEFAULT_RETRY_MODE, RETRY_MODES } from "./util-retry/config";
    export { Retry } from "./util-retry/retries-2026-config";
    export const NODE_MAX_ATTEMPT_CONFIG_OPTIONS = {};
    export const NODE_RETRY_MODE_CONFIG_OPTIONS = {};
    export const getRetryPlugin = () => ({ applyToStack: (stack) => stack.add((next) => next, { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true }) });
    export const resolveRetryConfig = (config) => { if (config.maxAttempts !== 1) ${unreachable('repeating a call')}; return config; };`,
  // For access points in several regions at once. What is left signs as before.
  '@aws-sdk/signature-v4-multi-region/dist-es/SignatureV4MultiRegion.js': 'export { SignatureV4 as SignatureV4MultiRegion } from "@smithy/signature-v4";',
  '@aws-sdk/core/dist-es/submodules/httpAuthSchemes/aws_sdk/AwsSdkSigV4ASigner.js': `export class AwsSdkSigV4ASigner { sign() { ${unreachable('signing for several regions')} } }`,
  // Only a client that is told to follow a bucket into another region.
  [`${s3}/middleware-region-redirect/region-redirect-middleware.js`]: `${noFunctions('regionRedirectMiddleware')} export const regionRedirectMiddlewareOptions = {};
    export const getRegionRedirectMiddlewarePlugin = (config) => { if (config.followRegionRedirects) ${unreachable('following buckets')}; return { applyToStack() {} }; };`,
  // For objects under keys of the caller's own; these are under the bucket's.
  [`${s3}/middleware-ssec/middleware-ssec.js`]: `${noFunctions('ssecMiddleware', 'isValidBase64EncodedSSECustomerKey')} export const ssecMiddlewareOptions = {}; export const getSsecPlugin = () => ({ applyToStack() {} });`,
  // Statistics of which of the client's settings are used, a client's own log, which no client here is given, and a
  // warning about versions of Node that are older than the one these bundles are made for.
  '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/check-features.js': 'export const checkFeatures = async () => {};',
  '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js': `${noFunctions('loggerMiddleware')} export const loggerMiddlewareOptions = {}; export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  '@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js': 'export const state = {}; export const emitWarningIfUnsupportedVersion = () => {};',
  // For buckets within one zone, which want sessions.
  [`${s3}/middleware-s3-express/classes/S3ExpressIdentityProviderImpl.js`]: `export class S3ExpressIdentityProviderImpl { getS3ExpressIdentity() { ${unreachable('S3 Express')} } }`,
  '@aws-sdk/client-s3/dist-es/commands/CreateSessionCommand.js': noClass('CreateSessionCommand'),
  // Only a browser's user agent is parsed.
  'bowser/bowser.mjs': `export default { parse() { ${unreachable('bowser')} } }`,
  // pg asks for it only when it is told to be native.
  'pg/lib/native/index.js': unreachable('pg-native'),
  // Only a sign-in that is bound to the TLS channel asks for it, and none is.
  'pg/lib/crypto/cert-signatures.js': `exports.signatureAlgorithmHashFromCertificate = () => { ${unreachable('channel binding')} }`,
  // Answers are asked for as text.
  'pg-types/lib/binaryParsers.js': 'exports.init = () => {}',
  // No column holds a span of time.
  'postgres-interval/index.js': `module.exports = () => { ${unreachable('postgres-interval')} }`,
  // For a server that asks for a password when none was given: an error, rather than a look into a file.
  'pgpass/lib/index.js': unreachable('pgpass'),
  // Connections are described by their parts.
  'pg-connection-string/index.js': `exports.parse = () => { ${unreachable('pg-connection-string')} }`,
};
