// Profiles a warm function and draws where its time goes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { dirname } from 'node:path';
import { flameGraph } from '../report/flame.ts';
import type { CpuProfile, FindSource } from '../report/flame.ts';
import type { WarmFunction } from './function-process.ts';

export interface FlamesToDraw {
  readonly warm: WarmFunction;
  /** With its source map beside it. */
  readonly bundle: string;
  readonly title: string;
  readonly calls: number;
  readonly svgFile: string;
}

export async function drawFlames({ warm, bundle, title, calls, svgFile }: FlamesToDraw): Promise<void> {
  await mkdir(dirname(svgFile), { recursive: true });
  const profileFile = svgFile.replace(/svg$/, 'cpuprofile');
  await warm.call(calls, 'flames', profileFile);
  const profile = JSON.parse(await readFile(profileFile, 'utf8')) as CpuProfile;
  const map = new SourceMap(JSON.parse(await readFile(`${bundle}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0]);
  const find: FindSource = ({ url, lineNumber, columnNumber }) => (url.endsWith(bundle) ? map.findEntry(lineNumber, columnNumber) : undefined);
  await writeFile(svgFile, flameGraph(profile, { title, calls, find }));
}
