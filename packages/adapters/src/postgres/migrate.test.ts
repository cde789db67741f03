import { afterAll, beforeAll, expect, test } from 'vitest';
import { checksumOf, migrate, nameOf } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { TestServer } from './test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});

afterAll(() => server?.stop());

const emptyDatabase = () => server.createDatabase('template0');
const names = migrations.map(nameOf);

test('migrations: the published steps -> numbered from 1, never changed', () => {
  expect(migrations.map((migration) => migration.id)).toEqual(migrations.map((_, index) => index + 1));
  const published = [
    ['0001-books', '0b18ffbd136c25d2969fc2272dc8a70f774722904bf0d93259429d1ca261be7d'],
    ['0002-guards', '442c4ed8d6e7120feaf93ef6169a101da3cae76c5a895e39ff35f12ea7b40da6'],
    ['0003-refunds', '37c2dcdd5f4c70341d80fd487f29c7cb2b233bf37c4b01150ea86ee3a624bd96'],
    ['0004-deliveries', '6aebd7f7830d52660f06858c4a1e14ac006b7e349b7265681ba7b7e9f3001ae0'],
    ['0005-publishing', 'd60dc4af8b925bf2689a3a062539adb120b9cefa965df8a8393a8a3761d505fa'],
    ['0006-refund-entries', '701303cf2624a1edd7689450d8ea71c4343780f4e032daa5f59019b5f0334b42'],
    ['0007-forgetting', 'e78b5c21b56f9c5d83cf733636299d25d83e8b75f5e33a129681f71f31870283'],
    ['0008-balance-by-row', 'de08f6613821be8a7a704b6bd260d6f506b95379509386f64cc79c9a7cd8c166'],
    ['0009-payment-number', '548fdf7d6694d4923db28895890ff73078bbeae71cda3c9b08fd47e8cf2c6a9c'],
  ];
  expect(migrations.map((migration) => [nameOf(migration), checksumOf(migration)]).slice(0, published.length)).toEqual(published);
});

test('migrate: an empty database, then again -> all steps once', async () => {
  const database = await emptyDatabase();
  expect(await migrate(database.connection)).toEqual({ code: 'migrated', applied: names });
  expect(await migrate(database.connection)).toEqual({ code: 'migrated', applied: [] });
  expect(await database.sql('SELECT epoch FROM understudy.fence')).toEqual([{ epoch: '1' }]);
});

test('migrate: several at once -> each step is applied by exactly one of them', async () => {
  const database = await emptyDatabase();
  const results = await Promise.all([1, 2, 3, 4].map(() => migrate(database.connection)));
  expect(results.flatMap((result) => (result.code === 'migrated' ? result.applied : [])).toSorted()).toEqual(names);
});

test('migrate: a step that was applied reads differently now -> an error that names it, nothing further applied', async () => {
  const database = await emptyDatabase();
  const [books, guards] = migrations;
  if (!books || !guards) throw new Error('there are two steps');
  await migrate(database.connection, [books]);
  const changed = [{ ...books, sql: `${books.sql} -- changed` }, guards];
  await expect(migrate(database.connection, changed)).rejects.toMatchObject({ name: 'PortFault', retryable: false, message: expect.stringContaining('0001-books') });
  expect(await database.sql('SELECT id FROM understudy.migration')).toEqual([{ id: 1 }]);
});

test('migrate: a step that fails half way -> no trace of it, and the corrected one applies', async () => {
  const database = await emptyDatabase();
  const half = { id: migrations.length + 1, name: 'half', sql: 'CREATE TABLE understudy.half (id int); SELECT 1 / 0' };
  await expect(migrate(database.connection, [...migrations, half])).rejects.toMatchObject({ port: 'ledger' });
  expect(await database.sql("SELECT to_regclass('understudy.half') AS found")).toEqual([{ found: null }]);
  const whole = { ...half, sql: 'CREATE TABLE understudy.half (id int)' };
  expect(await migrate(database.connection, [...migrations, whole])).toEqual({ code: 'migrated', applied: [nameOf(half)] });
});

test('migrate: a standby -> left alone', async () => {
  const standby = await server.startStandby();
  try {
    expect(await migrate(standby.connectionTo('postgres'))).toEqual({ code: 'standby' });
  } finally {
    await standby.stop();
  }
});

test('migration 9: books from before it, with a refund -> each row has the number of its payment, and both payments go on', async () => {
  const database = await emptyDatabase();
  await migrate(database.connection, migrations.filter((migration) => migration.id < 9));
  const rows = (id: string): string => `INSERT INTO understudy.payment (merchant_id, transaction_id, customer_id, amount_minor, currency, status, epoch, decided_at, business_date)
      VALUES ('shop', '${id}', 'c', 5, 'EUR', 'processed', 1, now(), '2026-01-05');
    INSERT INTO understudy.posting (merchant_id, transaction_id, account, amount_minor, currency)
      VALUES ('shop', '${id}', 'acquirer:receivable', 5, 'EUR'), ('shop', '${id}', 'merchant:shop:payable', -5, 'EUR');
    INSERT INTO understudy.outbox (merchant_id, transaction_id, event, payload) VALUES ('shop', '${id}', 'payment.processed', '{}')`;
  const refund = (id: string): string => `INSERT INTO understudy.refund (merchant_id, transaction_id, refund_id, amount_minor, currency, status, epoch, decided_at, business_date)
      VALUES ('shop', '${id}', 'r', 5, 'EUR', 'processed', 1, now(), '2026-01-05');
    INSERT INTO understudy.posting (merchant_id, transaction_id, refund_id, account, amount_minor, currency)
      VALUES ('shop', '${id}', 'r', 'acquirer:receivable', -5, 'EUR'), ('shop', '${id}', 'r', 'merchant:shop:payable', 5, 'EUR')`;
  await database.sql(`BEGIN; ${rows('b')}; ${rows('a')}; COMMIT; BEGIN; ${refund('b')}; COMMIT`);
  await migrate(database.connection);
  await database.sql(`BEGIN; ${rows('c')}; ${refund('a')}; COMMIT`);
  const counted = await database.sql(`SELECT transaction_id AS id, payment_no IS NOT NULL AS numbered,
      (SELECT count(*)::int FROM understudy.posting WHERE posting.payment_no = payment.payment_no AND posting.transaction_id = payment.transaction_id) AS postings,
      (SELECT count(*)::int FROM understudy.outbox WHERE outbox.payment_no = payment.payment_no AND outbox.transaction_id = payment.transaction_id) AS events,
      (SELECT count(*)::int FROM understudy.refund WHERE refund.payment_no = payment.payment_no AND refund.transaction_id = payment.transaction_id) AS refunds,
      (SELECT count(*)::int FROM understudy.entry WHERE entry.payment_no = payment.payment_no AND entry.transaction_id = payment.transaction_id) AS entries
    FROM understudy.payment ORDER BY 1`);
  const once = { numbered: true, events: 1 };
  expect(counted).toEqual([
    { id: 'a', ...once, postings: 4, refunds: 1, entries: 2 }, { id: 'b', ...once, postings: 4, refunds: 1, entries: 2 }, { id: 'c', ...once, postings: 2, refunds: 0, entries: 1 },
  ]);
  await expect(database.sql("UPDATE understudy.posting SET payment_no = 1")).rejects.toMatchObject({ constraint: 'posting_is_append_only' });
});
