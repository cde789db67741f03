/**
 * `node tools/client-package.ts [FOLDER]`: writes the client library as a package that can be published as it stands, to
 * packages/api/dist unless told, and prints what is in it. Its name and its import are those of the repository, so that
 * one example is right in both.
 * Invariant: it needs nothing else. A declaration or a module that reaches beyond the client and the contract's own
 * types stops the build.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const api = join(root, 'packages/api');
const sources = join(api, 'src');
const entry = 'client/index';
/** What Node 20 and browsers of its time read. */
const targets = ['node20', 'es2022'];

const licence = 'No licence is granted. All rights reserved.\n';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

const packageOf = ({ name, version }: Manifest): object => ({
  name,
  version,
  description: 'A client of the Understudy payment API that goes on when a region does not',
  license: 'UNLICENSED',
  type: 'module',
  exports: { './client': { types: './types/client/index.d.ts', default: './client.js' } },
  files: ['client.js', 'types'],
  engines: { node: '>=20' },
  sideEffects: false,
});

/**
 * Writes the declarations of what the client reaches, their tree that of the sources. Not by the build of the types, which
 * keeps its results in the checkout: another build there, at the same moment, would take half of one for the whole.
 */
function declare(folder: string): void {
  const compilerOptions = { composite: false, declaration: true, rootDir: sources, outDir: folder };
  const project = { extends: join(api, 'tsconfig.client.json'), compilerOptions, include: [], files: [join(sources, `${entry}.ts`)] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the client library does not compile');
}

/** Every declaration that can be reached from this one. Throws when one of them is not ours. */
function reachable(from: string, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(from)) return found;
  found.add(from);
  for (const [, named = ''] of readFileSync(from, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('[^']+'\)/g)) {
    if (!named.startsWith('.')) throw new Error(`${relative(root, from)} needs ${named || 'another package'}, which the package does not have`);
    reachable(join(dirname(from), named.replace(/\.ts$/, '.d.ts')), found);
  }
  return found;
}

/** As every compiler since 4.7 reads it, whatever it is told about extensions. */
const published = (declaration: string): string => declaration.replace(/(from '\.[^']*)\.ts'/g, "$1.js'");

/** Links into the repository lead nowhere outside it; their words stay. */
const readmeOf = (text: string): string => text.replace(/\[([^\]]+)\]\(\.\.[^)]*\)/g, '$1');

export async function buildClientPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({ entryPoints: [join(sources, `${entry}.ts`)], bundle: true, format: 'esm', platform: 'neutral', target: targets, outfile: join(folder, 'client.js'), metafile: true });
  const [imported] = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  if (imported) throw new Error(`the client library needs ${imported.path}, which the package does not have`);
  const declarations = mkdtempSync(join(tmpdir(), 'client-types-'));
  try {
    declare(declarations);
    for (const declaration of reachable(join(declarations, `${entry}.d.ts`))) {
      const copy = join(folder, 'types', relative(declarations, declaration));
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, published(readFileSync(declaration, 'utf8')));
    }
  } finally {
    rmSync(declarations, { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageOf(JSON.parse(readFileSync(join(api, 'package.json'), 'utf8')) as Manifest), null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), readmeOf(readFileSync(join(api, 'README.md'), 'utf8')));
  writeFileSync(join(folder, 'LICENSE'), licence);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(api, 'dist'));
  await buildClientPackage(folder);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(folder, file)).isFile()).toSorted();
  for (const file of files) process.stdout.write(`${String(statSync(join(folder, file)).size).padStart(7)}  ${file}\n`);
}
