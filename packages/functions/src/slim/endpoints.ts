// Where AWS's services are asked: at their regional addresses, or where the environment says. Stands in for the rules of
// the services, which describe every partition, access point and accelerator and are larger than all that calls them.
// Invariant: for the regions and the ways in which this system asks, the answer is that of the rules; a test compares the
// two. Any other way fails loudly.

interface Asked {
  readonly Region?: string | undefined;
  readonly Endpoint?: string | undefined;
  readonly UseFIPS?: boolean | undefined;
  readonly UseDualStack?: boolean | undefined;
}

interface AskedOfBucket extends Asked {
  readonly Bucket?: string | undefined;
  readonly ForcePathStyle?: boolean | undefined;
  readonly Accelerate?: boolean | undefined;
  readonly UseGlobalEndpoint?: boolean | undefined;
}

export interface Endpoint {
  readonly url: URL;
  readonly headers: Readonly<Record<string, never>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A name that may stand before an address, without a dot that a certificate would not cover; not one of the special kinds. */
const plainBucket = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

function checkWay({ Region, UseFIPS = false, UseDualStack = false }: Asked): void {
  if (UseFIPS || UseDualStack) throw new Error('endpoints for FIPS or for two address families are not part of the bundles');
  if (Region === undefined || !/^us-(east|west)-\d$/.test(Region)) throw new Error('endpoints of this region are not part of the bundles');
}

/** Of a service that is one host in each region. */
export const serviceEndpoint = (host: string) => (asked: Asked): Endpoint => {
  checkWay(asked);
  return { url: new URL(asked.Endpoint ?? `https://${host}.${asked.Region}.amazonaws.com`), headers: {}, properties: {} };
};

/** Of a bucket, whose name stands before the address; after it where a stand-in is asked. */
export function bucketEndpoint(asked: AskedOfBucket): Endpoint {
  checkWay(asked);
  const { Bucket = '', Endpoint: at, ForcePathStyle = false, Region } = asked;
  if (asked.Accelerate === true || asked.UseGlobalEndpoint === true || !plainBucket.test(Bucket)) throw new Error('such buckets are not part of the bundles');
  if (ForcePathStyle !== (at !== undefined)) throw new Error('only where another endpoint is named does a bucket stand in the path');
  return {
    url: new URL(at === undefined ? `https://${Bucket}.s3.${Region}.amazonaws.com` : `${at.replace(/\/$/, '')}/${Bucket}`),
    headers: {}, properties: { authSchemes: [{ disableDoubleEncoding: true, name: 'sigv4', signingName: 's3', signingRegion: Region }] },
  };
}
