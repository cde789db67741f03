// The picture of what stands on AWS: the two regions side by side, the witness, and what lies between them. Drawn from
// the assembly, so that it shows what the templates hold. Invariant: a line is drawn only where a resource makes it.
import { regions, witnessRegion } from '@understudy/functions/manifest';
import type { Vantage } from '@understudy/functions/manifest';
import { assemblyOf, base, resourcesOf } from './test-support.ts';
import type { Found } from './test-support.ts';

type In = (type: string) => readonly Found[];

const named = (key: string, part: string) => ({ Properties }: Found): boolean => String(Properties?.[key]).includes(part);
const ours = ({ Properties }: Found): boolean => Properties?.['FunctionName'] !== undefined;
const count = (things: readonly Found[], noun: string): string | undefined => (things.length === 0 ? undefined : `${things.length} ${noun}${things.length === 1 ? '' : 's'}`);

/** The things of a region that are drawn, in the order of a request's way. What a region does not have is left out. */
const things: readonly { readonly id: string; readonly label: (found: In) => string | undefined }[] = [
  { id: 'api', label: (found) => found('AWS::ApiGateway::RestApi').length === 0 ? undefined : `REST API<br/>${found('AWS::ApiGateway::Method').length} routes, firewall, health check` },
  { id: 'functions', label: (found) => count(found('AWS::Lambda::Function').filter(ours), 'function') },
  { id: 'queues', label: (found) => count(found('AWS::SQS::Queue'), 'queue') },
  { id: 'topics', label: (found) => count(found('AWS::SNS::Topic'), 'topic') },
  { id: 'moves', label: (found) => count(found('AWS::StepFunctions::StateMachine'), 'workflow') },
  { id: 'ledger', label: (found) => found('AWS::RDS::DBCluster').length === 0 ? undefined : 'ledger<br/>Aurora PostgreSQL' },
  { id: 'receipts', label: (found) => found('AWS::S3::Bucket').some(named('BucketName', 'receipts')) ? 'receipts<br/>S3' : undefined },
];

const idOf = (thing: string, region: string): string => `${thing}_${region.replaceAll('-', '_')}`;

/** As Mermaid. */
export function deployedPicture(): string {
  const all = resourcesOf(assemblyOf(base));
  const of = (type: string): readonly Found[] => all.filter((one) => one.Type === type);
  const lines = ['```mermaid', 'flowchart LR'];
  for (const region of [...regions, witnessRegion]) {
    const found: In = (type) => of(type).filter(({ stack }) => stack.endsWith(region));
    const drawn = things.flatMap(({ id, label }) => {
      const text = label(found);
      return text === undefined ? [] : [`    ${idOf(id, region)}["${text}"]`];
    });
    lines.push(`  subgraph ${idOf('in', region)} ["${region}${region === witnessRegion ? ', witness' : ''}"]`, ...drawn, '  end');
  }
  for (const { id, Properties = {} } of of('AWS::DynamoDB::GlobalTable')) {
    const table = /^[A-Z][a-z]+/.exec(id)?.[0].toLowerCase() ?? id;
    const isStrong = Properties['MultiRegionConsistency'] === 'STRONG';
    lines.push(`  ${table}[("${table}<br/>DynamoDB, ${isStrong ? 'strongly consistent' : 'last write wins'}")]`);
    const replicas = (Properties['Replicas'] as readonly { readonly Region: Vantage }[]).map(({ Region }) => Region);
    for (const region of regions.filter((one) => replicas.includes(one))) lines.push(region === regions[0] ? `  ${idOf('functions', region)} --- ${table}` : `  ${table} --- ${idOf('functions', region)}`);
    for (const { Region } of (Properties['GlobalTableWitnesses'] ?? []) as readonly { readonly Region: Vantage }[]) lines.push(`  ${table} -. its third vote .- ${idOf('in', Region)}`);
  }
  const [first, second] = regions;
  if (of('AWS::RDS::GlobalCluster').length === 1) lines.push(`  ${idOf('ledger', first)} -->|replicates, asynchronously| ${idOf('ledger', second)}`);
  if (of('Custom::CopyBack').length === 1) lines.push(`  ${idOf('receipts', first)} <-->|copied both ways| ${idOf('receipts', second)}`);
  if (of('AWS::EC2::VPCPeeringConnection').length === 1) lines.push(`  ${idOf('functions', first)} <-->|to the other ledger, peered networks| ${idOf('ledger', second)}`);
  const crossing = new Set(of('AWS::SNS::Subscription').flatMap(({ stack, Properties }) => [...regions, witnessRegion].filter((region) => stack.endsWith(region) && String(Properties?.['Endpoint']).includes(':sqs:') && !String(Properties?.['Endpoint']).includes(region))));
  for (const region of crossing) for (const other of regions.filter((one) => one !== region)) lines.push(`  ${idOf('topics', region)} -.->|alerts| ${idOf('queues', other)}`);
  return [...lines, '```'].join('\n');
}
