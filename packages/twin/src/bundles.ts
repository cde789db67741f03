/**
 * The bundles that a twin runs: built once for the whole checkout, then copied into the twin's own folder.
 * Invariant: what a twin started on, it keeps: a region that is restored after the sources have changed, and after
 * another twin has built them, still runs what its peer runs.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '@understudy/functions/bundle';

type Bundles = Awaited<ReturnType<typeof bundleFunctions>>;

/** Where the templates of the deployment take them from as well. Building them takes longer than all else a twin starts with. */
const ofTheCheckout = fileURLToPath(new URL('../../../.bundles', import.meta.url));

export async function bundlesIn(folder: string): Promise<Bundles> {
  const built = await bundleFunctions(ofTheCheckout).catch((error: unknown) => {
    // Somebody else's checkout: the twin's own folder is one that it may write to.
    if (isForbidden(error)) return bundleFunctions(folder);
    throw error;
  });
  const copies = await Promise.all(Object.entries(built).map(async ([name, path]) => {
    const copy = join(folder, name, 'index.mjs');
    if (copy === path) return [name, path] as const;
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    return [name, copy] as const;
  }));
  return Object.fromEntries(copies) as Bundles;
}

const isForbidden = (error: unknown): boolean => error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code));
