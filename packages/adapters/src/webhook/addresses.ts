/**
 * Which addresses a webhook may go to. Invariant: judged twice, when it is registered and again for the very connection
 * that is made, so that a name which resolved to the world yesterday cannot lead into our network today.
 */
import { lookup } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `any` also calls http and this very machine: for tests only. */
export type TargetRule = 'public' | 'any';

/** The one part of IPv6 that is given out to the world. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** An IPv6 address that only wraps an IPv4 one is judged as that one; all other wrappings are refused as they stand. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST));
}

const PORT_MIN = 1024;

/** Why this URL may not be called, whatever its name resolves to; as the rest of a sentence that begins with `url`. */
export function urlFault(text: string, rule: TargetRule): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'must be a URL';
  if (url.protocol !== 'https:' && !(rule === 'any' && url.protocol === 'http:')) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.hash !== '') return 'must not have a fragment';
  if (rule === 'any') return undefined;
  if (url.port !== '' && Number(url.port) < PORT_MIN) return `must have port 443 or one from ${PORT_MIN}`;
  // URL has already made dotted decimals of octal, hexadecimal and whole-number hosts.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) return NOT_PUBLIC;
  return undefined;
}

export const NOT_PUBLIC = 'must lead to a public address';

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/** One private address among public ones is reason enough: nobody who means well has such a name. */
export const allPublic = (addresses: readonly LookupAddress[]): boolean => addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address));

const refused = (): Error => Object.assign(new Error('the name leads to an address that is not public'), { code: 'not-a-public-address' });

/** For a connection: gives it the addresses that were judged, and none if any of them may not be called. */
export const guardedLookup = (resolve: Resolve): LookupFunction => (host, options, callback) => {
  resolve(host).then(
    (addresses) => {
      const [first] = addresses;
      if (!first || !allPublic(addresses)) callback(refused(), '', 0);
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    },
    (error: unknown) => callback(error instanceof Error ? error : new Error('the name could not be resolved'), '', 0),
  );
};
