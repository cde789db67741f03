/** `node build.process.ts FOLDER` bundles the console into FOLDER and prints how large it became. */
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import type { Rolldown } from 'vite';

/** What a person on a slow line waits for before anything is seen; all the JavaScript there is, compressed. */
const SCRIPT_BYTES_MAX = 200_000;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('say into which folder');

const output = await build({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  plugins: [react()],
  // Everything from our own origin, and nothing inlined: the page's policy permits neither.
  build: { outDir: folder, emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
});

const files = (output as Rolldown.RolldownOutput).output;
let scriptBytes = 0;
for (const file of files) {
  const source = file.type === 'chunk' ? file.code : file.source;
  const bytes = Buffer.byteLength(source);
  const gzipBytes = gzipSync(source).length;
  if (file.fileName.endsWith('.js')) scriptBytes += gzipBytes;
  process.stdout.write(`${file.fileName}  ${(bytes / 1000).toFixed(1)} kB, ${(gzipBytes / 1000).toFixed(1)} kB gzipped\n`);
}
if (scriptBytes > SCRIPT_BYTES_MAX) throw new Error(`the console's JavaScript is ${scriptBytes} bytes gzipped; at most ${SCRIPT_BYTES_MAX} are allowed`);
