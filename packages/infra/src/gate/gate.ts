// The rules that templates are held against before they go anywhere: CloudFormation's own, in strict mode, rules of ours
// for what it does not see, and three packs of cdk-nag. Findings are errors unless they are accepted by name, place and reason.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationValidatePlugin, Validations } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { synthesize } from '../test-support.ts';
import { accepted } from './accepted.ts';
import type { Accepted } from './accepted.ts';

export interface Finding {
  readonly pack: string;
  readonly rule: string;
  readonly path: string;
}

interface Report {
  readonly pluginReports: readonly { readonly pluginName: string; readonly violations: readonly { readonly ruleName: string; readonly violatingConstructs?: readonly { readonly constructPath?: string }[] }[] }[];
}

/** What the strictly consistent table may not have, which CloudFormation finds only when it is deployed. */
const OWN_RULES = `
let strong = Resources.*[ Type == 'AWS::DynamoDB::GlobalTable' Properties.MultiRegionConsistency == 'STRONG' ]
rule STRONG_TABLE_HAS_NO_TTL when %strong !empty { %strong.Properties.TimeToLiveSpecification not exists << payments do not expire, and a strong table cannot >> }
rule STRONG_TABLE_HAS_NO_LOCAL_INDEX when %strong !empty { %strong.Properties.LocalSecondaryIndexes not exists << a strong table cannot have local indexes >> }
rule STRONG_TABLE_HAS_A_WITNESS when %strong !empty { %strong.Properties.GlobalTableWitnesses exists << two replicas and a witness, or no quorum >> }
let records = Resources.*[ Type == 'AWS::Route53::RecordSet' Properties.Failover exists ]
rule FAILOVER_RECORD_IS_CHECKED when %records !empty { %records.Properties.HealthCheckId exists << a record without a health check follows nothing >> %records.Properties.SetIdentifier exists }
`;

export interface GateOptions {
  /** Also by the packs of cdk-nag, which take some seconds each. */
  readonly packs: boolean;
  /** Planted mistakes. */
  readonly plant?: (app: App) => void;
}

/** Every finding, accepted or not. */
export function findingsOf(configuration: object, { packs, plant }: GateOptions): readonly Finding[] {
  const context = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true, '@aws-cdk/core:validationReportPrettyPrint': false };
  return synthesize(configuration, { context }, ({ app, outdir }) => {
    plant?.(app);
    const validations = Validations.of(app);
    validations.addPlugins(new CloudFormationValidatePlugin({ guardRules: [{ name: 'understudy', content: OWN_RULES }] }));
    if (packs) for (const Pack of [AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks]) validations.addPlugins(new Pack(app));
    const failed = attempt(() => app.synth());
    const findings = readFindings(join(outdir, 'validation-report.json'));
    // A synthesis that fails for any other reason is no finding.
    if (failed !== undefined && findings.length === 0) throw failed;
    return findings;
  });
}

/** The error stream gets a page for each finding; the report has them all. */
function attempt(work: () => unknown): unknown {
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = () => true;
  try {
    work();
    return undefined;
  } catch (error) {
    return error ?? new Error('the synthesis failed');
  } finally {
    process.stderr.write = write;
  }
}

function readFindings(file: string): readonly Finding[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return (JSON.parse(text) as Report).pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs = [] }) => violatingConstructs.map(({ constructPath = '' }) => ({ pack: pluginName, rule: ruleName.replace(`${pluginName}-`, ''), path: constructPath }))));
}

export const acceptanceOf = ({ rule, path }: Finding): Accepted | undefined => accepted.find((one) => one.rule.test(rule) && one.where.test(path));
