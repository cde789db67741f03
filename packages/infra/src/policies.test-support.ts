// Reads and judges the policies of synthesized roles. An evaluator of our own, as small as the policies it meets: it
// throws on anything it does not model, so that nothing is judged by half.
import { resourcesOf } from './test-support.ts';
import type { Assembly, Found } from './test-support.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value as readonly T[] : [value as T]);

/** Literal parts of an intrinsic as they are, the rest as `?NAME`. */
export const flat = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw new Error('a resource is a string or an intrinsic');
  const [[name, of]] = Object.entries(value) as [[string, unknown]];
  if (name === 'Fn::Join') return (of as readonly [string, readonly unknown[]])[1].map(flat).join('');
  return `?${name} ${JSON.stringify(of)}`;
};

export const statementsOf = (role: Found): readonly Statement[] => {
  const policies = (role.Properties?.['Policies'] ?? []) as readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};

export interface AllowedPair {
  readonly action: string;
  readonly resource: string;
}

/** Every action with every resource that a role is allowed. */
export const allowedOf = (role: Found): readonly AllowedPair[] =>
  statementsOf(role).flatMap((statement) => {
    for (const key of Object.keys(statement)) if (!['Effect', 'Action', 'Resource', 'Condition', 'Sid'].includes(key)) throw new Error(`a statement with ${key} is not modelled`);
    if (statement.Effect !== 'Allow') return [];
    return listOf(statement.Action).flatMap((action) => listOf(statement.Resource).map((resource) => ({ action, resource: flat(resource) })));
  });

export const roleOf = (assembly: Assembly, name: string): Found => {
  const role = resourcesOf(assembly, 'AWS::IAM::Role').find((one) => one.Properties?.['RoleName'] === name);
  if (!role) throw new Error(`there is no role ${name}`);
  return role;
};
