// Leaves out of the bundles what the dependencies bring along and no function can reach.
// Invariant: what remains behaves as before. A part that is left out fails loudly if it is ever reached, and a
// dependency that changed its shape fails the build instead of growing silently.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { leftOut } from './left-out.ts';

/**
 * The services' errors that this code knows by name; each stays a class of its own. Any other error arrives as the
 * service's general exception, with the code that the service sent as its name and the same metadata, which is what
 * the adapters judge it by.
 */
export const knownErrors: ReadonlySet<string> = new Set([
  'NoSuchKey', 'NotFound', 'KMSThrottlingException', 'ThrottledException',
  'InvalidGlobalClusterStateFault', 'InvalidDBClusterStateFault', 'DBClusterNotFoundFault', 'GlobalClusterNotFoundFault',
]);

/**
 * A client's description of its service, so that the bundler can drop the operations that nobody calls. It keeps them
 * because a computed key may have effects, and because each error is registered by a statement of its own.
 */
export function slimSchemas(source: string): string {
  const constants = new Map(Array.from(source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm), ([, name = '', text = '']) => [name, text]));
  const written = source.replace(/\[(_\w+)\]: /g, (computed, name: string) => (constants.has(name) ? `${constants.get(name)}: ` : computed));
  const registration = /^n0_registry\.registerError\((\w+)\$, \1\);$/gm;
  if (constants.size === 0 || written.search(registration) < 0) throw new Error('an AWS client describes its service in another way than before');
  return written.replace(registration, (statement, name: string) => (knownErrors.has(name) ? statement : ''));
}

function versionOnly(source: string): string {
  const description: unknown = JSON.parse(source);
  if (typeof description !== 'object' || description === null || !('version' in description)) throw new Error('an AWS client has no version');
  return JSON.stringify({ version: description.version });
}

export const slim: Plugin = {
  name: 'slim',
  setup(build) {
    // A module of ours does nothing when it is loaded, so what is used of it is all that counts: the bundler must take
    // each composed statement of SQL, and each call that describes a request, for an effect.
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), sideEffects: false }));
    build.onLoad({ filter: /@aws-sdk\/client-[\w-]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => ({ contents: slimSchemas(await readFile(path, 'utf8')), loader: 'js' }));
    // A client imports its whole description as a package, to tell its version to the service.
    build.onLoad({ filter: /@aws-sdk\/client-[\w-]+\/package\.json$/ }, async ({ path }) => ({ contents: versionOnly(await readFile(path, 'utf8')), loader: 'json' }));
    const paths = Object.keys(leftOut).map((path) => path.replaceAll('.', '\\.'));
    build.onLoad({ filter: new RegExp(`/node_modules/(${paths.join('|')})$`) }, ({ path }) => ({ contents: leftOut[path.split('/node_modules/').at(-1) ?? ''] ?? '', loader: 'js' }));
  },
};
