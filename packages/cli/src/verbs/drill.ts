// `understudy drill`: a drill on a twin of its own, as `npm run drill` plays it; with --aws an experiment of the Fault
// Injection Service in one region of a deployment.
// Invariant: an experiment is started only if it is one of this environment's templates, which stop by themselves.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Region } from '@understudy/core';
import { Names } from '@understudy/infra';
import * as v from 'valibot';
import { readEnvironment } from '../environment-file.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { orList } from '../nearest.ts';
import { commandText, inRepository, ourCode, runToEnd, runTool } from '../tools.ts';
import type { CommandLine } from '../tools.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options {
  readonly seed: number;
  readonly rate: number;
  readonly scale: string;
  readonly html?: string;
  readonly junit?: string;
  readonly json?: boolean;
  readonly aws?: boolean;
  readonly region?: Region;
  readonly environment?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function drill(desk: Desk, options: Options, [name]: readonly string[]): Promise<Answer> {
  if (options.aws !== true && (options.region !== undefined || options.dryRun === true)) throw usageFault('--region and --dry-run go with --aws');
  return options.aws === true ? onAws(desk, options, name) : onTwin(desk, options, name);
}

// --- on a twin ------------------------------------------------------------------------------------------------------

async function onTwin(desk: Desk, { seed, rate, scale, html, junit, json }: Options, name: string | undefined): Promise<Answer> {
  const main = inRepository('packages/twin/src/drill/main.ts');
  if (name === undefined) {
    await runTool(desk, [process.execPath, main, '--help'], { output: 'aside' });
    throw usageFault('say which drill');
  }
  const folder = await mkdtemp(join(tmpdir(), 'understudy-drill-'));
  try {
    const report = join(folder, 'report.json');
    const files = [...(html === undefined ? [] : ['--html', html]), ...(junit === undefined ? [] : ['--junit', junit]), ...(json === true ? ['--json', report] : [])];
    // The long runs take no options.
    const given = [...(seed === 1 ? [] : ['--seed', String(seed)]), ...(rate === 100 ? [] : ['--rate', String(rate)]), ...(scale === '1' ? [] : ['--scale', scale]), ...files];
    const ended = await runTool(desk, [process.execPath, main, name, ...given], { output: json === true ? 'aside' : 'shown' });
    const read = json === true ? await readFile(report, 'utf8').catch(() => undefined) : undefined;
    return { exitCode: ourCode(ended), json: read === undefined ? { drill: name, exitCode: ourCode(ended) } : (JSON.parse(read) as object), text: '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// --- on AWS ---------------------------------------------------------------------------------------------------------

const templates = v.object({ experimentTemplates: v.array(v.object({ id: v.string(), description: v.optional(v.string(), ''), tags: v.optional(v.record(v.string(), v.string()), {}) })) });

async function onAws(desk: Desk, { environment, region, dryRun, yes }: Options, name: string | undefined): Promise<Answer> {
  if (name === undefined || region === undefined) throw usageFault('say which experiment, and --region us-east-1 or us-east-2: for example `understudy drill journal --aws --region us-east-1`');
  const deployment = await readEnvironment(environment);
  const names = new Names(deployment);
  const ask: CommandLine = ['aws', 'fis', 'list-experiment-templates', '--region', region, '--output', 'json'];
  const start = (id: string): CommandLine => ['aws', 'fis', 'start-experiment', '--region', region, '--experiment-template-id', id, '--tags', `Name=${names.of(`drill-${name}`)}`, '--output', 'json'];
  if (dryRun === true) return { exitCode: exitCodes.ok, json: { commands: [ask, start('TEMPLATE_ID')] }, text: [ask, start('TEMPLATE_ID')].map(commandText).join('\n') };
  const known = await templatesOf(desk, ask, names);
  const template = known.get(name);
  if (!template) throw usageFault(`there is no experiment ${name} in ${region}; ${known.size === 0 ? 'deploy the drill stacks first' : `there are ${orList([...known.keys()])}`}`);
  const consequence = `In ${region} of ${deployment.environmentSuffix}: ${template.description}. It ends by itself after ten minutes, or when oldest-unposted is raised there.`;
  if (yes !== true && !(await desk.confirm(consequence))) throw refused('nothing was started');
  const started = JSON.parse(await runToEnd(desk, start(template.id), { output: 'kept', goOn: 'Whether it was started is not known; look at the experiments in the console of the service.' })) as { readonly experiment?: { readonly id?: string } };
  const id = started.experiment?.id ?? '';
  const stop: CommandLine = ['aws', 'fis', 'stop-experiment', '--region', region, '--id', id];
  return { exitCode: exitCodes.ok, json: { experiment: id, region, name }, text: `${id} has begun. Watch it with \`understudy regions --config FILE\`; end it before its time with\n  ${commandText(stop)}` };
}

async function templatesOf(desk: Desk, ask: CommandLine, names: Names): Promise<ReadonlyMap<string, { readonly id: string; readonly description: string }>> {
  const read = v.safeParse(templates, JSON.parse(await runToEnd(desk, ask, { output: 'kept', goOn: 'Nothing was started. Are the credentials those of the account?' })));
  if (!read.success) throw refused('the AWS command line answered something else than experiment templates; version 2 is wanted');
  const [before = '', after = ''] = names.of('drill-|').split('|');
  return new Map(read.output.experimentTemplates.flatMap(({ id, description, tags }) => {
    const { Name: tag = '' } = tags;
    return tag.startsWith(before) && tag.endsWith(after) ? [[tag.slice(before.length, -after.length), { id, description }] as const] : [];
  }));
}
