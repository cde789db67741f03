// `understudy completion bash|zsh|fish`: a script for the shell, written from the tree of verbs.
// Invariant: everything is in the script, so that completing starts no program; nothing but names of ours is in it.
import { exitCodes } from '../exit.ts';
import { allVerbs, wordAbout } from '../tree/index.ts';
import type { Answer, Desk, VerbFace } from '../verb.ts';

type ShellName = 'bash' | 'zsh' | 'fish';

export const completion = (_desk: Desk, _options: object, [shell]: readonly string[]): Promise<Answer> => {
  const script = scripts[shell as ShellName]();
  return Promise.resolve({ exitCode: exitCodes.ok, json: { shell, script }, text: script });
};

const globalFlags = ['--json', '--url', '--base', '--config', '--help'] as const;
/** Their value is a name of a file. */
const FILE_FLAGS = '--config|--file|--out|--key-file|--environment|--html|--junit|--data-dir';

/** What may come after some words: `''` is the beginning. */
function words(): ReadonlyMap<string, readonly string[]> {
  const firsts = [...new Set(allVerbs.map(({ name }) => name.split(' ')[0] ?? ''))];
  const next = new Map<string, readonly string[]>([['', firsts]]);
  for (const first of Object.keys(wordAbout)) next.set(first, allVerbs.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [])));
  for (const face of allVerbs) next.set(face.name, [...(face.arguments ?? []).flatMap(({ oneOf = [] }) => oneOf), ...flagsOf(face), ...globalFlags]);
  return next;
}

const flagOf = (flags: string): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;
const flagsOf = (face: VerbFace): readonly string[] => (face.options ?? []).map(({ flags }) => flagOf(flags));
/** By verb and flag. */
const choices = (): readonly (readonly [string, readonly string[]])[] => allVerbs.flatMap((face) => (face.options ?? []).flatMap(({ flags, oneOf }) => (oneOf ? [[`${face.name} ${flagOf(flags)}`, oneOf] as const] : [])));

const scripts: Readonly<Record<ShellName, () => string>> = {
  bash: () => `# Completion of understudy for bash: source this, or put it where bash-completion looks.
${bashFunction}
complete -o default -F _understudy understudy`,
  zsh: () => `#compdef understudy
# Completion of understudy for zsh: source this after compinit, or put it as _understudy into a folder of $fpath.
autoload -U +X bashcompinit && bashcompinit
${bashFunction}
complete -o default -F _understudy understudy`,
  fish: fishScript,
};

/** The first two words that are no flags name the verb; a colon is part of a word, as in payments:write. In `$((...))`, because zsh takes a bare name after a colon for a modifier. */
const bashFunction = `_understudy() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" verb="" word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    case "$verb $word" in
${Object.keys(wordAbout).map((first) => `      "${first} "*) case "$word" in -*) ;; *) verb="$verb $word"; break ;; esac ;;`).join('\n')}
      " -"*) ;;
      " "*) verb="$word"; case "$word" in ${Object.keys(wordAbout).join('|')}) ;; *) break ;; esac ;;
    esac
  done
  case "$prev" in ${FILE_FLAGS}) COMPREPLY=(); return ;; esac
  case "$verb $prev" in
${choices().map(([place, allowed]) => `    "${place}") COMPREPLY=($(compgen -W "${allowed.join(' ')}" -- "$cur")); return ;;`).join('\n')}
  esac
  case "$verb" in
${[...words()].map(([place, allowed]) => `    "${place}") COMPREPLY=($(compgen -W "${allowed.join(' ')}" -- "$cur")) ;;`).join('\n')}
  esac
}`;

/** Single quotes: nothing in it is fish's. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishScript(): string {
  const line = (condition: string, rest: string) => `complete -c understudy -n ${quoted(condition)} ${rest}`;
  const seen = (name: string) => name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
  const verbs = allVerbs.flatMap((face) => {
    const [first = '', second] = face.name.split(' ');
    const shown = second === undefined
      ? line('__fish_use_subcommand', `-f -a ${first} -d ${quoted(face.about)}`)
      : line(`__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${secondsOf(first).join(' ')}`, `-f -a ${second} -d ${quoted(face.about)}`);
    const options = (face.options ?? []).map(({ flags, about, oneOf }) => line(seen(face.name), `-l ${flagOf(flags).slice(2)} -d ${quoted(about)}${oneOf ? ` -x -a ${quoted(oneOf.join(' '))}` : ''}${!oneOf && flags.includes('<') ? ' -r' : ''}`));
    const values = (face.arguments ?? []).flatMap(({ oneOf }) => (oneOf ? [line(seen(face.name), `-f -a ${quoted(oneOf.join(' '))}`)] : []));
    return [shown, ...options, ...values];
  });
  const groups = Object.entries(wordAbout).map(([first, about]) => line('__fish_use_subcommand', `-f -a ${first} -d ${quoted(about)}`));
  const globals = globalFlags.map((flag) => `complete -c understudy -l ${flag.slice(2)}`);
  return ['# Completion of understudy for fish: put it into ~/.config/fish/completions/understudy.fish.', ...groups, ...verbs, ...globals].join('\n');
}

const secondsOf = (first: string): readonly string[] => words().get(first) ?? [];
