// The commander program, made from the tree of verbs: its help, its refusals, and the value of each option.
// Invariant: what is wrong on the command line is refused before any work is loaded, with what is allowed.
import { Argument, Command, Option } from 'commander';
import { usageFault } from './exit.ts';
import { nearest, orList } from './nearest.ts';
import { allVerbs, verbTree, wordAbout } from './tree/index.ts';
import type { ArgumentFace, OptionFace, VerbFace } from './verb.ts';

const about = "The command of Understudy. It reaches the service as somebody outside both regions does, through each region's own endpoints: a lost region is missing here too.";

const endings = `
Exit codes: 0 done; 1 it found something, or was refused; 2 the command line or a file is wrong; 3 something did not answer; 130 stopped by Ctrl-C.
Without --url, --base or --config the environment variable UNDERSTUDY_URL names the twin, then http://127.0.0.1:4600.
NO_COLOR is respected. Begin with: understudy up`;

export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export type Action = (face: VerbFace, command: Command) => Promise<void>;

export function programOf(action: Action, { out, err }: ProgramOutput): Command {
  const program = new Command('understudy')
    .description(about)
    .option('--json', 'print one JSON object, for scripts')
    .option('--url <url>', 'where the twin is')
    .option('--base <port>', 'the same, by its base port on this machine')
    .option('--config <file>', 'addresses of a deployment as JSON, instead of a twin; `understudy addresses` makes it')
    .addHelpText('after', endings)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError(`Verbs: ${[...new Set(allVerbs.map(({ name }) => wordsOf(name)[0]))].join(', ')}. Add --help for more.`)
    .exitOverride();
  for (const { heading, verbs } of verbTree) for (const face of verbs) addVerb(program, { heading, face, action });
  return program;
}

const wordsOf = (name: string): readonly [string, string | undefined] => {
  const [first = '', second] = name.split(' ');
  return [first, second];
};

function addVerb(program: Command, { heading, face, action }: { readonly heading: string; readonly face: VerbFace; readonly action: Action }): void {
  const [first, second] = wordsOf(face.name);
  const parent = second === undefined ? program : groupNamed(program, first, heading);
  const command = parent.command(second ?? first)
    .description(`${face.about}.`)
    .summary(face.about.split(/[;:(]|\. /)[0] ?? face.about)
    .addHelpText('after', examplesText(face.examples))
    .showHelpAfterError(`Such as: understudy ${face.examples[0]}. Add --help to see what is allowed.`)
    .action(async (...given: readonly unknown[]) => action(face, given.at(-1) as Command));
  if (second === undefined) command.helpGroup(`${heading}:`);
  for (const argument of face.arguments ?? []) command.addArgument(argumentOf(argument));
  for (const option of face.options ?? []) command.addOption(optionOf(option));
}

const examplesText = (examples: readonly string[]): string => examples.map((example) => `\nExample: understudy ${example}`).join('');

function groupNamed(program: Command, name: string, heading: string): Command {
  const faces = allVerbs.filter((face) => face.name.startsWith(`${name} `));
  return program.commands.find((command) => command.name() === name)
    ?? program.command(name).description(wordAbout[name] ?? '').helpGroup(`${heading}:`).addHelpText('after', examplesText(faces.flatMap((face) => face.examples)))
      .showHelpAfterError(`After ${name}: ${orList(faces.map((face) => face.name.slice(name.length + 1)))}.`);
}

function argumentOf({ name, about: description, oneOf }: ArgumentFace): Argument {
  const argument = new Argument(name, description);
  if (oneOf) argument.choices([...oneOf]).argParser((typed: string) => oneOfThese(`the ${argument.name()}`, typed, oneOf));
  return argument;
}

function optionOf({ flags, about: description, byDefault, required = false, oneOf, whole }: OptionFace): Option {
  const option = new Option(flags, description).makeOptionMandatory(required);
  const name = option.long ?? flags;
  if (byDefault !== undefined) option.default(whole ? Number(byDefault) : byDefault);
  if (whole) option.argParser((typed: string) => wholeNumber(name, typed, whole));
  if (oneOf) option.choices([...oneOf]).argParser((typed: string, before: unknown) => added(option, before, oneOfThese(name, typed, oneOf)));
  return option;
}

/** One by one: the first that is typed takes the place of the default. */
const added = (option: Option, before: unknown, typed: string): string | readonly string[] => {
  if (!option.variadic) return typed;
  return before === option.defaultValue || !Array.isArray(before) ? [typed] : [...(before as readonly string[]), typed];
};

function oneOfThese(name: string, typed: string, allowed: readonly string[]): string {
  if (allowed.includes(typed)) return typed;
  const meant = nearest(typed, allowed);
  throw usageFault(`${name} must be ${orList(allowed)}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

function wholeNumber(name: string, typed: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const value = Number(typed);
  if (!/^\d{1,16}$/.test(typed) || value < least || value > most) throw usageFault(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}
