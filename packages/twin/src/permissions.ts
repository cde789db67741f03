/**
 * What the functions may do at the tables, from the rights in their manifest, as the roles on AWS are made from them.
 * Invariant: a function is allowed nothing here that its role does not allow it there, and the other way round.
 */
import { journalTable, sessionsTable } from '@understudy/adapters/dynamodb';
import { functions, isTableRight, tableGrants } from '@understudy/functions/manifest';
import type { FunctionSpec, Right } from '@understudy/functions/manifest';
import type { Permission, Permissions } from './stand-ins/dynamodb/permissions.ts';

const tableNames = { journal: journalTable.TableName, sessions: sessionsTable.TableName };

/** In the witness region a function has another role, and so another name. */
export const inWitness = (name: string): string => `${name}-witness`;

const permissionsOf = (rights: readonly Right[]): readonly Permission[] =>
  rights.filter(isTableRight).map((right) => {
    const { table, index, actions } = tableGrants[right];
    return { actions, resource: index === undefined ? tableNames[table] : `${tableNames[table]}/index/${index}` };
  });

export const permissions = (manifest: readonly Pick<FunctionSpec, 'name' | 'rights' | 'witness'>[] = functions): Permissions =>
  Object.fromEntries(manifest.flatMap(({ name, rights, witness }) => [
    [name, permissionsOf(rights)] as const,
    ...(witness ? [[inWitness(name), permissionsOf(witness.rights)] as const] : []),
  ]));
