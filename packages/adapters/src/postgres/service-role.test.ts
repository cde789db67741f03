import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantService } from './service-role.ts';
import { TestServer } from './test-server.ts';
import type { TestDatabase } from './test-server.ts';

let server: TestServer;
let database: TestDatabase;

beforeAll(async () => {
  server = await TestServer.start();
  database = await server.createDatabase();
  await server.sql('postgres', 'CREATE ROLE rds_iam');
});
afterAll(() => server.stop());

const as = (role: string, statement: string): Promise<unknown> => database.sql(`SET ROLE ${role}; ${statement}`);

test('service role: granted, and granted again -> reads and writes the tables, and signs in by token only', async () => {
  await grantService(database.connection, 'understudy_dev');
  await grantService(database.connection, 'understudy_dev');
  await as('understudy_dev', 'SELECT * FROM understudy.payment');
  await as('understudy_dev', 'UPDATE understudy.fence SET epoch = epoch + 1 WHERE id = 1');
  expect(await database.sql("SELECT pg_has_role('understudy_dev', 'rds_iam', 'member') AS by_token, rolsuper FROM pg_roles WHERE rolname = 'understudy_dev'")).toEqual([{ by_token: true, rolsuper: false }]);
});

test.each([
  'ALTER TABLE understudy.payment DISABLE TRIGGER ALL',
  'TRUNCATE understudy.posting',
  'DROP SCHEMA understudy CASCADE',
  'CREATE TABLE understudy.other (id int)',
  'DELETE FROM understudy.migration',
])('service role: %s -> refused, it owns nothing', async (statement) => {
  await grantService(database.connection, 'understudy_dev');
  await expect(as('understudy_dev', statement)).rejects.toThrow(/permission denied|must be owner/);
});

test('service role: a name that is more than a name -> a bug, nothing is sent', async () => {
  await expect(grantService(database.connection, 'x; DROP SCHEMA understudy')).rejects.toThrow('a role is a plain lower-case name');
});
