// The picture of a deployment, drawn from the assembly itself: which stacks each region has, in which order they are
// deployed, what they hold, and which of them read another region while they are deployed.
import { assemblyOf, base } from './test-support.ts';
import type { Template } from './test-support.ts';

/** What says nothing about a stack's purpose. */
const everywhere: ReadonlySet<string> = new Set(['IAM', 'Logs']);

const servicesOf = (template: Template): readonly string[] =>
  [...new Set(Object.values(template.Resources ?? {}).map(({ Type }) => Type.split('::')[1] ?? ''))].filter((service) => /^[A-Z]/.test(service) && !everywhere.has(service)).sort();

const readsOf = (template: Template): readonly string[] =>
  [...new Set([...JSON.stringify(template).matchAll(/"Fn::GetStackOutput":\{"StackName":"([^"]+)"/g)].map((match) => match[1] ?? ''))];

/** As Mermaid. */
export function deploymentDiagram(): string {
  const { stacks, templates } = assemblyOf(base);
  const id = (artifactId: string): string => artifactId.replaceAll('-', '_');
  const lines = ['```mermaid', 'flowchart LR'];
  for (const region of new Set(stacks.map((stack) => stack.region))) {
    lines.push(`  subgraph ${id(region)} [${region}]`);
    for (const [i, stack] of stacks.entries()) {
      if (stack.region !== region) continue;
      const services = servicesOf(templates.get(stack.artifactId) ?? {});
      lines.push(`    ${id(stack.artifactId)}["${i + 1} ${stack.artifactId.slice(0, -region.length - 1)}<br/>${services.join(', ')}"]`);
    }
    lines.push('  end');
  }
  for (const stack of stacks) {
    for (const read of readsOf(templates.get(stack.artifactId) ?? {})) {
      const from = stacks.find((one) => one.stackName === read);
      if (from && from.region !== stack.region) lines.push(`  ${id(stack.artifactId)} -.->|reads| ${id(from.artifactId)}`);
    }
  }
  return [...lines, '```'].join('\n');
}
