// What the guide and the runbook name of a deployment: each command exists, each name stands in a template.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assemblyOf, base, configurations } from './test-support.ts';

const documents = { 'docs/deploy.md': readFileSync('docs/deploy.md', 'utf8'), 'RUNBOOK.md': readFileSync('RUNBOOK.md', 'utf8') } as const;
const both = Object.entries(documents);

const assemblies = [assemblyOf(base), assemblyOf(configurations['production'] ?? {})];
const templates = JSON.stringify(assemblies.flatMap(({ templates: all }) => [...all.values()]));

/** Fenced commands, a line each with continued lines joined, and all that stands between backquotes. */
const codeOf = (text: string): readonly string[] => [
  ...[...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((match) => (match[1] ?? '').replaceAll('\\\n', ' ').trim().split('\n')),
  ...[...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? ''),
];

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };

const awsCommands = [
  'stepfunctions start-execution', 'dynamodb get-item', 'dynamodb restore-table-to-point-in-time', 'rds restore-db-cluster-to-point-in-time', 'fis start-experiment', 'sqs start-message-move-task', 'lambda put-function-concurrency', 'secretsmanager put-secret-value',
];

const helps = new Map<string, string>();
/** What the command itself says of one of its verbs. */
const helpOf = (...verb: readonly string[]): string => {
  const known = helps.get(verb.join(' ')) ?? execFileSync(process.execPath, ['packages/cli/src/main.ts', ...verb, '--help'], { encoding: 'utf8', timeout: 60_000 });
  helps.set(verb.join(' '), known);
  return known;
};

/** Whether somebody could type it. What is no command of ours, or names a placeholder only, is undefined. */
function exists(command: string): boolean | undefined {
  const [program = '', ...words] = command.replace(/^npx understudy /, 'understudy ').split(/\s+/);
  if (program === 'npm') return words[0] === 'run' && (words[1] ?? '') in scripts;
  if (program === 'npx') return words[0] === 'cdk' && ['bootstrap', 'diff', 'deploy', 'destroy', 'publish-assets'].includes(words[1] ?? '');
  if (program === 'aws') return awsCommands.includes(`${words[0]} ${words[1]}`);
  if (program === 'terraform') return ['init', 'apply'].includes(words[0] ?? '');
  if (program !== 'understudy') return undefined;
  const verbs = words.filter((word, i) => /^[a-z]+$/.test(word) && words[i - 1]?.startsWith('--') !== true).slice(0, 2);
  const hasVerb = (verb: string, help: string): boolean => new RegExp(`^ {2}${verb}\\b`, 'm').test(help);
  const [verb, below] = verbs;
  if (verb === undefined) return true;
  if (!hasVerb(verb, helpOf())) return false;
  const options = words.filter((word) => /^--[a-z-]+$/.test(word));
  const help = helpOf(verb);
  if (below !== undefined && !hasVerb(below, help)) return false;
  const whole = below === undefined ? help : helpOf(verb, below);
  return options.every((option) => whole.includes(`${option} `));
}

test.each(both)('D2: %s -> every command in it exists', { timeout: 240_000 }, (_name, text) => {
  const commands = codeOf(text).map((command) => [command, exists(command)] as const);
  expect(commands.filter(([, found]) => found === true).length).toBeGreaterThan(3);
  expect(commands.filter(([, found]) => found === false).map(([command]) => command)).toEqual([]);
});

test.each(['npm run fly', 'npx cdk launch', 'understudy flee', 'understudy dlq burn', 'understudy audit --everything', 'aws dynamodb delete-table --table-name a'])('D2: `%s`, planted -> found', { timeout: 120_000 }, (command) => {
  expect(exists(command)).toBe(false);
});

/** Names with the suffix that no template holds; dots stand for any part of a name. */
const unknownNames = (text: string): readonly string[] =>
  [...text.matchAll(/understudy-[a-z0-9.-]+-SUFFIX/g)].map(([name]) => name).filter((name) => !new RegExp(name.replace('SUFFIX', '(dev|prod)').replaceAll('...', '[a-z0-9-]+')).test(templates));

const purposes = new Set(assemblies.flatMap(({ templates: all }) => [...all.keys()].map((id) => id.replace(/-us-\w+-\d$/, ''))));
/** Stacks that there are none of: what is named after that word. */
const unknownStacks = (text: string): readonly string[] =>
  [...text.matchAll(/stacks? ((?:`[a-z]+`(?:, | and )?)+)/g)].flatMap((match) => [...(match[1] ?? '').matchAll(/`([a-z]+)`/g)].map((name) => name[1] ?? '')).filter((name) => !purposes.has(name));

/** Outputs, metrics, states and properties are written like this; the other words here are of the shell, of a record or of a log. */
const elsewhere: ReadonlySet<string> = new Set(['SUFFIX', 'ACCOUNT', 'EPOCH', 'FILE', 'PGPASSWORD']);
const unknownWords = (text: string): readonly string[] => codeOf(text).filter((word) => /^[A-Z][A-Za-z0-9]+$/.test(word) && !elsewhere.has(word) && !templates.includes(word));

test.each(both)('D2: %s -> every name, stack, output and metric in it stands in the templates', (_name, text) => {
  expect([...unknownNames(text), ...unknownStacks(text), ...unknownWords(text)]).toEqual([]);
});

test('D2: a table, a stack and an output that there are not, planted -> found', () => {
  expect(unknownNames('`understudy-diary-SUFFIX` and `understudy-drill-...-SUFFIX`')).toEqual(['understudy-diary-SUFFIX']);
  expect(unknownStacks('the stacks `links` and `castle`')).toEqual(['castle']);
  expect(unknownWords('`ApiUrl` and `TeaUrl`')).toEqual(['TeaUrl']);
});
