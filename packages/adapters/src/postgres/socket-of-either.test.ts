import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { socketOfEither } from './socket-of-either.ts';

const nowhere = 'writer.standby.example';

/** A resolver that knows one name. */
const resolver: LookupFunction = (host, options, done) => {
  const address = host === 'ledger.example' ? '127.0.0.1' : undefined;
  if (address === undefined) done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
  else if (options.all === true) done(null, [{ address, family: 4 }]);
  else done(null, address, 4);
};

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const connect = async (host: string, other: string, port: number): Promise<string> => {
  const socket = socketOfEither(other, resolver)();
  socket.connect(port, host);
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    socket.destroy();
  }
};

test('socket of either: the writer has no address -> the reader is used', async () => {
  expect(await connect(nowhere, 'ledger.example', await listen())).toBe('connected');
});

test('socket of either: the writer has an address -> the reader is not even looked up', async () => {
  expect(await connect('ledger.example', nowhere, await listen())).toBe('connected');
});

test('socket of either: the writer does not answer -> no other server takes its place', async () => {
  const port = await listen();
  expect(await connect('127.0.0.2', 'ledger.example', port)).toBe('ECONNREFUSED');
});

test('socket of either: neither has an address -> a fault of the network', async () => {
  expect(await connect(nowhere, 'reader.example', 5432)).toBe('ENOTFOUND');
});
