// `understudy deploy|diff|destroy`: the pinned CDK, one stack after the other.
// Invariant: every stack of the assembly in the order of its dependencies, and backwards for destroying; the first that
// fails ends it. A deployment that ended in the middle is gone on with by the same command: the CDK leaves alone what
// stands as it should.
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stacksInOrder } from '@understudy/infra';
import type { AssemblyManifest, AssemblyStack, Deployment } from '@understudy/infra';
import { environmentFile, readEnvironment } from '../environment-file.ts';
import { exitCodes, refused, usageFault } from '../exit.ts';
import { commandText, inRepository, runToEnd, runTool } from '../tools.ts';
import type { CommandLine } from '../tools.ts';
import type { Answer, Desk } from '../verb.ts';

interface Options {
  readonly environment?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly only?: readonly string[];
}

export interface Assembly {
  readonly folder: string;
  readonly stacks: readonly AssemblyStack[];
  readonly deployment: Deployment;
}

/** One for all stacks: no stack of the list is deployed for another's sake. */
const deployCommand = ({ folder }: Assembly, { id }: AssemblyStack): CommandLine => ['cdk', 'deploy', id, '--app', folder, '--exclusively', '--require-approval', 'never', '--progress', 'events'];
const destroyCommand = ({ folder }: Assembly, { id }: AssemblyStack): CommandLine => ['cdk', 'destroy', id, '--app', folder, '--exclusively', '--force'];

export const deploy = (desk: Desk, options: Options): Promise<Answer> => withAssembly(desk, options, (assembly) => deployStacks(desk, options, assembly));

export async function deployStacks(desk: Desk, options: Options, assembly: Assembly): Promise<Answer> {
  const commands = chosen(assembly, options.only).map((stack) => deployCommand(assembly, stack));
  if (options.dryRun === true) return listed(options, commands);
  const { account, environmentSuffix } = assembly.deployment;
  const consequence = `${commands.length} stacks of the environment ${environmentSuffix} are deployed to account ${account}, one after the other; a new environment takes an hour or more. \`understudy diff\` shows what changes.`;
  if (options.yes !== true && !(await desk.confirm(consequence))) throw refused('nothing was deployed');
  return inTurn(desk, commands, 'Correct what it says, then give the same command again: it goes on from there.');
}

/** Those that were named, still in the order of deployment: what a lost region leaves, or one that was changed. */
function chosen({ stacks }: Assembly, only: readonly string[] | undefined): readonly AssemblyStack[] {
  const ids = stacks.map(({ id }) => id);
  const strange = only?.find((name) => !ids.includes(name));
  if (strange !== undefined) throw usageFault(`there is no stack ${strange}; there are ${ids.join(', ')}`);
  return only ? stacks.filter(({ id }) => only.includes(id)) : stacks;
}

export const destroy = (desk: Desk, options: Options): Promise<Answer> => withAssembly(desk, options, (assembly) => destroyStacks(desk, options, assembly));

export async function destroyStacks(desk: Desk, options: Options, assembly: Assembly): Promise<Answer> {
  const commands = assembly.stacks.toReversed().map((stack) => destroyCommand(assembly, stack));
  if (options.dryRun === true) return listed(options, commands);
  const { account, environmentSuffix, production } = assembly.deployment;
  if (production) throw refused(`${environmentSuffix} is a production environment, which is protected from this: set production to false in ${environmentFile(options.environment)}, deploy that, and then destroy it`);
  const consequence = `All ${commands.length} stacks of the environment ${environmentSuffix} in account ${account} are removed, with every payment, ledger and key in them. This cannot be undone.`;
  if (!(await desk.confirmBy(environmentSuffix, consequence))) throw refused('what was typed is not the suffix; nothing was removed');
  return inTurn(desk, commands, 'Correct what it says, then give the same command again.');
}

export function diff(desk: Desk, options: Options): Promise<Answer> {
  return withAssembly(desk, options, async ({ folder }) => {
    const command: CommandLine = ['cdk', 'diff', '--all', '--app', folder, '--fail'];
    if (options.dryRun === true) return listed(options, [command]);
    await checkCdk(desk);
    const { code } = await runTool(desk, command, { output: 'aside' });
    const isSame = code === 0;
    return { exitCode: isSame ? exitCodes.ok : exitCodes.found, json: { differs: !isSame }, text: isSame ? 'Nothing would change.' : 'Something would change, or could not be compared: see above.' };
  });
}

/** Templates of their own for each command, so that two environments do not meet in one folder. */
async function withAssembly(desk: Desk, { environment, dryRun }: Options, use: (assembly: Assembly) => Promise<Answer>): Promise<Answer> {
  const deployment = await readEnvironment(environment);
  const folder = await mkdtemp(join(tmpdir(), 'understudy-assembly-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    desk.say(`making the templates of ${deployment.environmentSuffix}`);
    await runToEnd(desk, [process.execPath, inRepository('packages/infra/src/synth.ts'), '--config', environmentFile(environment), '--out', folder], { output: 'kept', goOn: 'Nothing was changed.' });
    const stacks = stacksInOrder(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as AssemblyManifest);
    // A dry run names the folder of `npm run synth`: this one is gone when somebody runs what it prints.
    return await use({ folder: dryRun === true ? 'cdk.out' : folder, stacks, deployment });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** What would be run, as somebody could run it by hand. */
function listed({ environment }: Options, commands: readonly CommandLine[]): Answer {
  const all: readonly CommandLine[] = [['npm', 'run', 'synth', '--', '--config', environmentFile(environment)], ...commands];
  return { exitCode: exitCodes.ok, json: { commands: all }, text: all.map(commandText).join('\n') };
}

async function inTurn(desk: Desk, commands: readonly CommandLine[], goOn: string): Promise<Answer> {
  await checkCdk(desk);
  for (const [i, command] of commands.entries()) {
    desk.say(`${i + 1} of ${commands.length}: ${commandText(command)}`);
    await runToEnd(desk, command, { output: 'aside', goOn: `${i} of ${commands.length} stacks are done. ${goOn}` });
  }
  return { exitCode: exitCodes.ok, json: { commands }, text: `All ${commands.length} stacks are done.` };
}

/** Another version may not read these templates, or may read them otherwise. */
async function checkCdk(desk: Desk): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile(inRepository('packages/infra/package.json'), 'utf8')) as { readonly devDependencies: Readonly<Record<string, string>> };
  const wanted = devDependencies['aws-cdk'] ?? '';
  const { out } = await runTool(desk, ['cdk', '--version'], { output: 'kept' });
  const found = out.trim().split(' ')[0] ?? '';
  if (found !== wanted) throw usageFault(`the CDK on the path is ${found || 'of an unknown version'}, and ${wanted} is wanted; run this as \`npx understudy\`, which puts it there`);
}
