/**
 * Writes the parts of the documentation that the code already says: the tables of the protocol, the diagram of a move,
 * the dependency rule, the drill scenarios, the options of the twin, the list of decisions.
 * Invariant: text between `<!-- generated:NAME -->` and `<!-- end -->` comes from here and nothing else does; a name
 * that is not known, a region left open or a step the diagram cannot draw is an error, never an omission.
 * `node tools/docs.ts` rewrites the documents in place; docs.test.ts fails while any of them is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { allowed } from './boundaries.ts';

/** The documents that hold generated regions, from the repository's root. */
export const documents = ['README.md', 'ARCHITECTURE.md', 'docs/failover.md', 'docs/decisions/README.md', 'docs/deploy.md'] as const;

export interface TableRow {
  readonly id: string;
  readonly because: string;
  readonly action: string;
}

interface Core {
  readonly moveTables: Readonly<Record<string, readonly TableRow[]>>;
  readonly detectTable: readonly TableRow[];
  readonly settleTable: readonly TableRow[];
  readonly refundTable: readonly TableRow[];
}

interface Named {
  readonly name: string;
  readonly about: string;
}

interface Twin {
  readonly usage: string;
  readonly scenarios: readonly Named[];
  readonly longRuns: readonly Named[];
}

const root = new URL('../', import.meta.url);

/** Loaded by address: a tool stands outside the workspaces and asks of them only the shapes named above. */
const load = async (path: string): Promise<unknown> => import(new URL(path, root).href);

export const core = (await load('packages/core/src/index.ts')) as Core;
const twin = {
  ...((await load('packages/twin/src/options.ts')) as Pick<Twin, 'usage'>),
  ...((await load('packages/twin/src/drill/scenarios.ts')) as Pick<Twin, 'scenarios'>),
  ...((await load('packages/twin/src/crash-points/every-write.ts')) as Pick<Twin, 'longRuns'>),
} satisfies Twin;

interface Infra {
  readonly fieldTable: readonly { readonly name: string; readonly allowed: string; readonly byDefault: string; readonly about: string }[];
  readonly deploymentDiagram: () => string;
  readonly deployedPicture: () => string;
}

const infra = {
  ...((await load('packages/infra/src/config/config.ts')) as Pick<Infra, 'fieldTable'>),
  ...((await load('packages/infra/src/diagram.ts')) as Pick<Infra, 'deploymentDiagram'>),
  ...((await load('packages/infra/src/picture.ts')) as Pick<Infra, 'deployedPicture'>),
} satisfies Infra;

interface Cli {
  readonly verbTree: readonly {
    readonly heading: string;
    readonly verbs: readonly { readonly name: string; readonly about: string; readonly arguments?: readonly { readonly name: string }[]; readonly options?: readonly { readonly flags: string }[] }[];
  }[];
}

/** Every verb of the command, as its help and its completion have them. */
export const verbTree: Cli['verbTree'] = ((await load('packages/cli/src/tree/index.ts')) as Cli).verbTree;

const verbRows = (): readonly (readonly string[])[] =>
  verbTree.flatMap(({ heading, verbs }) => [[`**${heading}**`, ''], ...verbs.map((verb) => [`\`${[verb.name, ...(verb.arguments ?? []).map(({ name }) => name)].join(' ')}\``, verb.about])]);

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');

const stepTable = (rows: readonly TableRow[]): string =>
  table(['row', 'because', 'action'], rows.map(({ id, because, action }) => [id, because, `\`${action}\``]));

const aboutRow = ({ name, about }: Named): readonly string[] => [`\`${name}\``, about];

const moveStates = {
  preflight: 'Asked for, nothing claimed',
  failover: 'Moving as a failover',
  planned: 'Moving as planned',
  settled: 'Open, healing',
  healed: 'Open and healed',
  refused: 'Ended without a move, or left to a person',
} as const;

type MoveState = keyof typeof moveStates;

/** Where each action leads. What is not named stays where it is. */
const leadsTo: Readonly<Record<string, readonly MoveState[] | 'stays'>> = {
  claim: ['failover', 'planned'],
  refuse: ['refused'],
  wait: 'stays',
  promote: 'stays',
  raise_target_fence: 'stays',
  raise_source_fence: 'stays',
  switch_over: 'stays',
  heal: ['settled', 'healed'],
  open: ['settled'],
  take_over: ['failover'],
  turn_back: ['failover'],
  done: ['healed'],
};

/** The states of a move and the rows that lead from one to the next, as Mermaid. */
export function moveDiagram(tables: Core['moveTables']): string {
  const isState = (name: string): name is MoveState => Object.hasOwn(moveStates, name);
  const edges = new Map<string, string[]>();
  for (const [name, rows] of Object.entries(tables)) {
    if (!isState(name)) throw new Error(`the diagram has no state for the table ${name}`);
    for (const { id, action } of rows) {
      const targets = leadsTo[action];
      if (targets === undefined) throw new Error(`the diagram does not know where ${id} ${action} leads`);
      for (const to of targets === 'stays' ? [name] : targets) {
        const edge = `${name} --> ${to}: ${action.replaceAll('_', ' ')}`;
        edges.set(edge, [...(edges.get(edge) ?? []), id]);
      }
    }
  }
  const lines = [
    ...Object.entries(moveStates).map(([name, text]) => `state "${text}" as ${name}`),
    '[*] --> preflight',
    ...[...edges].map(([edge, ids]) => `${edge} ${ids.join(' ')}`),
    'healed --> [*]',
    'refused --> [*]',
  ];
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}

export interface DecisionRecord {
  readonly file: string;
  readonly title: string;
  readonly status: string;
}

/** The records of docs/decisions, in the order of their numbers. */
export function decisionRecords(): readonly DecisionRecord[] {
  const folder = new URL('docs/decisions/', root);
  return readdirSync(folder).filter((file) => /^\d{4}-/.test(file)).sort().map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    return { file, title: /^# (.+)$/m.exec(text)?.[1] ?? '', status: /^Status: (.+)$/m.exec(text)?.[1] ?? '' };
  });
}

/** What stands in each region, by its name. */
const regions: Readonly<Record<string, () => string>> = {
  boundaries: () => table(['package', 'may import'], Object.entries(allowed).map(([name, may]) => [`\`${name}\``, may.map((other) => `\`${other}\``).join(', ') || 'nothing'])),
  'move-diagram': () => moveDiagram(core.moveTables),
  ...Object.fromEntries(Object.entries(core.moveTables).map(([name, rows]) => [`move-${name}`, () => stepTable(rows)])),
  detect: () => stepTable(core.detectTable),
  settle: () => stepTable(core.settleTable),
  refunds: () => stepTable(core.refundTable),
  options: () => ['```text', twin.usage.trimEnd(), '```'].join('\n'),
  scenarios: () => table(['scenario', 'what happens'], twin.scenarios.map(aboutRow)),
  'long-runs': () => table(['long run', 'what happens'], twin.longRuns.map(aboutRow)),
  configuration: () => table(['field', 'may be', 'default', 'what it is for'], infra.fieldTable.map(({ name, allowed: may, byDefault, about }) => [`\`${name}\``, may, byDefault, about])),
  verbs: () => table(['`understudy ...`', 'what it does'], verbRows()),
  deployment: () => infra.deploymentDiagram(),
  deployed: () => infra.deployedPicture(),
  decisions: () => table(['record', 'status'], decisionRecords().map(({ file, title, status }) => [`[${title}](${file})`, status])),
};

const OPEN = /^<!-- generated:(\S+) -->$/;
const END = '<!-- end -->';

/** The document with every generated region as it ought to be. */
export function refreshed(markdown: string): string {
  const out: string[] = [];
  let open: string | undefined;
  for (const line of markdown.split('\n')) {
    const name = OPEN.exec(line)?.[1];
    if (open === undefined) {
      if (line === END) throw new Error('a generated region ends that was not opened');
      out.push(line);
      if (name === undefined) continue;
      const region = Object.hasOwn(regions, name) ? regions[name] : undefined;
      if (!region) throw new Error(`there is no generated region ${name}; there are ${Object.keys(regions).join(', ')}`);
      out.push(region(), END);
      open = name;
    } else {
      if (name !== undefined) throw new Error(`the generated region ${open} is not ended before ${name} begins`);
      if (line === END) open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the generated region ${open} is not ended`);
  return out.join('\n');
}

/** The names of all regions, so that a test can see that each is shown somewhere. */
export const regionNames: readonly string[] = Object.keys(regions);

if (import.meta.main) {
  for (const path of documents) {
    const file = new URL(path, root);
    const before = readFileSync(file, 'utf8');
    const after = refreshed(before);
    if (after === before) continue;
    writeFileSync(file, after);
    process.stdout.write(`${path} rewritten\n`);
  }
}
