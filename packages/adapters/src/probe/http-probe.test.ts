import { describe, expect, it } from 'vitest';
import { startServer } from '../system/test-support/servers.ts';
import type { TestServer } from '../system/test-support/servers.ts';
import { silences } from '../system/test-support/trouble.ts';
import { createHttpProbe } from './http-probe.ts';

const probeOf = (server: TestServer) => createHttpProbe({ urls: { 'us-east-1': 'http://127.0.0.1:1', 'us-east-2': `${server.url}/` }, timeoutMs: 300 });

/** These begin with the head of an HTTP answer: something of ours is there. */
const alive = new Set(['a reset within the answer', 'an answer that stalls within its body']);

describe('probe', () => {
  it.each([200, 302, 404, 429, 500, 503])('the region answers %i -> reached', async (status) => {
    const paths: string[] = [];
    const server = await startServer((heard) => {
      paths.push(`${heard.method} ${heard.path}`);
      return { status, body: '{}' };
    });
    expect(await probeOf(server).look('us-east-2')).toEqual({ reached: true, httpStatus: status });
    expect(paths).toEqual(['GET /health']);
    await server.close();
  });

  it.each(silences.filter(({ name }) => !alive.has(name)))('$name -> not reached, and a short why, within the limit', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    const result = await probeOf(server).look('us-east-2');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(result.reached).toBe(false);
    expect(result.reached ? '' : result.why).toMatch(/^[\w -]{3,40}$/);
    await server.close();
  });

  it.each(silences.filter(({ name }) => alive.has(name)))('$name -> reached: the head was an answer', async ({ start }) => {
    const server = await start();
    expect(await probeOf(server).look('us-east-2')).toEqual({ reached: true, httpStatus: 200 });
    await server.close();
  });

  it('one region is gone -> the other is still reached', async () => {
    const server = await startServer(() => ({ status: 503, body: '' }));
    const probe = probeOf(server);
    expect((await probe.look('us-east-1')).reached).toBe(false);
    expect((await probe.look('us-east-2')).reached).toBe(true);
    await server.close();
  });
});
