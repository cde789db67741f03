// `npm run check`'s part for the infrastructure: every shape of a deployment, held against all rules; prints what was
// accepted and why. Exits with 1 when a finding is not accepted, or an acceptance meets nothing any more.
import { configurations } from '../test-support.ts';
import { accepted } from './accepted.ts';
import { acceptanceOf, findingsOf } from './gate.ts';

/** The packs see no difference between the other shapes. */
const withPacks: ReadonlySet<string> = new Set(['default', 'production']);

const met = new Map(accepted.map((one) => [one, 0]));
const open: string[] = [];
for (const [name, configuration] of Object.entries(configurations)) {
  for (const finding of findingsOf(configuration, { packs: withPacks.has(name) })) {
    const acceptance = acceptanceOf(finding);
    if (acceptance) met.set(acceptance, (met.get(acceptance) ?? 0) + 1);
    else open.push(`${name}: ${finding.pack} ${finding.rule} at ${finding.path}`);
  }
}

process.stdout.write(`infrastructure: ${Object.keys(configurations).length} shapes synthesized; accepted findings:\n`);
for (const [{ rule, because }, times] of met) if (times > 0) process.stdout.write(`  ${String(times).padStart(4)}  ${rule.source}: ${because}\n`);
const unused = [...met].filter(([, times]) => times === 0).map(([{ rule, where }]) => `accepted but never found: ${rule.source} at ${where.source}`);
for (const line of [...new Set(open), ...unused]) process.stdout.write(`  NOT ACCEPTED  ${line}\n`);
process.exitCode = open.length + unused.length === 0 ? 0 : 1;
