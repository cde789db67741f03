// Node's own modules are required by a bundle, not imported. To import one evaluates all that it exports, used or not, and
// `node:http` exports what loads the whole of `fetch`: a third of a cold start of `accept`, for nothing.
import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z_:/]+$/ }, ({ path, kind }) => (kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'required' } : undefined));
    build.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)});` }));
  },
};
