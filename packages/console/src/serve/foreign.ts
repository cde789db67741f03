import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is not our own page's, nor a program's on this machine; undefined when it is. A browser names in Host the
 * name that it looked up, so a page that had its own name resolved to 127.0.0.1 is refused by that, and in Origin or
 * Sec-Fetch-Site the page that asks. A program that is no browser sends neither of the two.
 */
export function whyForeign({ host, origin, ...headers }: IncomingHttpHeaders): string | undefined {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '')) return 'it must be asked for by the name 127.0.0.1 or localhost';
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  const site = headers['sec-fetch-site'];
  const isOthers = origin === undefined ? site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation : origin !== `http://${host}`;
  return isOthers ? 'orders are taken only from our own pages' : undefined;
}
