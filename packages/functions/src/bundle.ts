// Bundles every function into one self-contained file, for Lambda and for the local twin alike.
// Invariant: a bundle that is found is used again only if every file that went into it, and the file itself, still have
// the content of the build that made it; what is half written is never found.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop, version } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { functions } from './manifest.ts';
import type { FunctionName, FunctionSpec } from './manifest.ts';
import { requiredBuiltins } from './slim/required-builtins.ts';
import { slim } from './slim/slim.ts';

const sourceFolder = dirname(fileURLToPath(import.meta.url));
const rootFolder = resolve(sourceFolder, '../../..');

/** What says how sources and dependencies are resolved and compiled, without being part of any bundle. */
const surroundings = [
  'package-lock.json', 'tsconfig.base.json', ...['slim', 'left-out', 'required-builtins'].map((name) => `packages/functions/src/slim/${name}.ts`),
  ...['core', 'api', 'adapters', 'functions'].flatMap((name) => [`packages/${name}/package.json`, `packages/${name}/tsconfig.json`]),
];

const options = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  sourcemap: 'external',
  // ESM has no `require` of its own, and dependencies that are CommonJS ask for Node's modules by it.
  banner: { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
  // Found at runtime if at all: pg looks for its native twin only when asked to.
  external: ['pg-native'],
  // Lambda and the twin hand credentials over in the environment; looking anywhere else costs a third of the bundle.
  alias: { '@aws-sdk/credential-provider-node': join(sourceFolder, 'shared/environment-credentials.ts') },
  plugins: [requiredBuiltins, slim],
  logLevel: 'silent',
} as const satisfies BuildOptions;

type Digests = Map<string, Promise<string>>;

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Each file is read once, however many bundles it went into. A missing one has a digest too. */
const digestOf = (digests: Digests, path: string): Promise<string> => {
  const known = digests.get(path) ?? readFile(resolve(rootFolder, path)).then(sha256, () => 'missing');
  digests.set(path, known);
  return known;
};

async function fingerprintOf(digests: Digests, inputs: readonly string[], output: string): Promise<string> {
  const paths = [...surroundings, ...inputs.toSorted()];
  const parts = await Promise.all(paths.map(async (path) => `${path} ${await digestOf(digests, path)}`));
  return sha256([version, process.version, JSON.stringify(options), ...parts, output].join('\n'));
}

interface Stamp {
  readonly inputs: readonly string[];
  readonly fingerprint: string;
}

const isStamp = (value: unknown): value is Stamp =>
  typeof value === 'object' && value !== null && 'fingerprint' in value && 'inputs' in value && Array.isArray(value.inputs) && value.inputs.every((input) => typeof input === 'string');

const pathOf = (outFolder: string, name: string): string => join(outFolder, name, 'index.mjs');
const stampPathOf = (outFolder: string, name: string): string => join(outFolder, name, 'stamp.json');

async function isCurrent(outFolder: string, name: string, digests: Digests): Promise<boolean> {
  try {
    const stamp: unknown = JSON.parse(await readFile(stampPathOf(outFolder, name), 'utf8'));
    if (!isStamp(stamp)) return false;
    const output = sha256(await readFile(pathOf(outFolder, name)));
    return (await fingerprintOf(digests, stamp.inputs, output)) === stamp.fingerprint;
  } catch {
    return false;
  }
}

/** Under another name first, so that a reader sees a whole file or none. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const written = `${path}.${process.pid}`;
  await writeFile(written, content);
  await rename(written, path);
}

async function buildAll(outFolder: string, specs: readonly FunctionSpec[], digests: Digests): Promise<void> {
  const entryPoints = Object.fromEntries(specs.map((spec) => [`${spec.name}/index`, join(sourceFolder, spec.entry)]));
  const result = await build({ ...options, absWorkingDir: rootFolder, entryPoints, outdir: outFolder, write: false, metafile: true });
  await Promise.all(result.outputFiles.map((file) => writeWhole(file.path, file.contents)));
  await Promise.all(
    specs.map(async ({ name }) => {
      const output = result.outputFiles.find((file) => file.path === pathOf(outFolder, name));
      const inputs = inputsOf(result.metafile, relative(rootFolder, pathOf(outFolder, name)));
      const fingerprint = await fingerprintOf(digests, inputs, sha256(output?.contents ?? ''));
      await writeWhole(stampPathOf(outFolder, name), JSON.stringify({ inputs, fingerprint } satisfies Stamp));
    }),
  );
}

/** All that the bundle was made from; what tree-shaking left out of it counts as well, because a change may bring it in. */
function inputsOf(metafile: Metafile, output: string): readonly string[] {
  const found = new Set<string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const imported of metafile.inputs[path]?.imports ?? []) if (!imported.external) visit(imported.path);
  };
  const entry = metafile.outputs[output]?.entryPoint;
  if (entry !== undefined) visit(entry);
  return [...found];
}

/** Bundles what is not current in `outFolder`. Returns where each function's bundle is; each exports `handler`. */
export async function bundleFunctions(outFolder: string): Promise<Readonly<Record<FunctionName, string>>> {
  const folder = resolve(outFolder);
  const digests: Digests = new Map();
  const current = await Promise.all(functions.map((spec) => isCurrent(folder, spec.name, digests)));
  const stale = functions.filter((_, i) => current[i] !== true);
  if (stale.length > 0) {
    await buildAll(folder, stale, digests);
    // Its service would stay beside us for as long as we live, with hundreds of megabytes.
    await stop();
  }
  return Object.fromEntries(functions.map((spec) => [spec.name, pathOf(folder, spec.name)])) as Record<FunctionName, string>;
}
