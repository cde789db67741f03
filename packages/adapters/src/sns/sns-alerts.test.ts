import { epochMs, isPortFault } from '@understudy/core';
import type { Alert, Alerts } from '@understudy/core';
import { alertsContract } from '@understudy/core/contracts';
import { describe, expect, it } from 'vitest';
import { Breakage, InMemoryAlerts } from '../in-memory/index.ts';
import { formOf, queryError, testCredentials, xml } from '../system/test-support/aws.ts';
import { startServer } from '../system/test-support/servers.ts';
import type { Answer, Heard } from '../system/test-support/servers.ts';
import { garbage, silences } from '../system/test-support/trouble.ts';
import { createSnsAlerts } from './index.ts';

const topicArn = 'arn:aws:sns:us-east-2:123456789012:alerts';
const alert: Alert = { kind: 'failover_done', sentence: 'us-east-2 settles.', detail: { epoch: 2 } };

/** SNS as a query service, as far as Publish goes; it refuses the subjects that SNS refuses. */
const publish = (published: URLSearchParams[]) => (heard: Heard): Answer => {
  const form = formOf(heard);
  if (form.get('Action') !== 'Publish' || form.get('TopicArn') !== topicArn) return queryError(404, 'NotFound');
  if (!/^[A-Za-z0-9!-/:-@[-`{-~][\x20-\x7e]{0,98}$/.test(form.get('Subject') ?? '')) return queryError(400, 'InvalidParameter');
  published.push(form);
  return xml(200, '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>');
};

const alertsAt = (endpoint: string, topic = topicArn): Alerts =>
  createSnsAlerts({ topicArn: topic, endpoint, region: 'us-east-2', credentials: testCredentials, clock: { now: () => epochMs(1_700_000_000_123) } });

const faultOf = async (call: Promise<void>): Promise<unknown> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('alerts over SNS, their contract', () => {
  const make = async () => {
    const published: URLSearchParams[] = [];
    const server = await startServer(publish(published));
    return {
      alerts: alertsAt(server.url),
      told: async () => published.map((form) => JSON.parse(form.get('Message') ?? '') as Alert),
      cutOff: () => server.close(),
      close: () => server.close(),
    };
  };
  for (const one of alertsContract(make)) it(one.name, () => one.run());
});

describe('alerts in memory, their contract', () => {
  const make = async () => {
    const alerts = new InMemoryAlerts();
    const breakage = new Breakage();
    return {
      alerts: breakage.subject<Alerts>(alerts, { part: 'alerts' }),
      told: async () => alerts.raised,
      cutOff: async () => void breakage.add({ part: 'alerts', when: 'before' }),
      close: async () => undefined,
    };
  };
  for (const one of alertsContract(make)) it(one.name, () => one.run());
});

describe('alerts over SNS', () => {
  it('an alert -> JSON with region and time, and a subject for a pager', async () => {
    const published: URLSearchParams[] = [];
    const server = await startServer(publish(published));
    await alertsAt(server.url).raise(alert);
    expect(JSON.parse(published[0]?.get('Message') ?? '')).toEqual({ ...alert, id: expect.stringMatching(/^[0-9a-f-]{36}$/), region: 'us-east-2', at: '2023-11-14T22:13:20.123Z' });
    expect(published[0]?.get('Subject')).toBe('failover_done us-east-2: us-east-2 settles.');
    await server.close();
  });

  it('an alert raised twice, another with an id of its own -> one id for one alert', async () => {
    const published: URLSearchParams[] = [];
    const server = await startServer(publish(published));
    const alerts = alertsAt(server.url);
    for (const one of [alert, alert, { ...alert }, { ...alert, id: 'evt_1:high_value' }]) await alerts.raise(one);
    const ids = published.map((form) => (JSON.parse(form.get('Message') ?? '') as { id: string }).id);
    expect([ids[0] === ids[1], ids[1] === ids[2], ids[3]]).toEqual([true, false, 'evt_1:high_value']);
    await server.close();
  });

  it.each([
    ['x'.repeat(400), `failover_done us-east-2: ${'x'.repeat(71)}...`],
    ['two\nlines\r\nand\ta tab', 'failover_done us-east-2: two lines and a tab'],
    ['Zürich, 東京 and 🚨', 'failover_done us-east-2: Z?rich, ?? and ?'],
  ])('the sentence %j -> a subject that SNS takes', async (sentence, subject) => {
    const published: URLSearchParams[] = [];
    const server = await startServer(publish(published));
    await alertsAt(server.url).raise({ ...alert, sentence });
    expect(published.map((form) => form.get('Subject'))).toEqual([subject]);
    await server.close();
  });

  it.each([...silences, ...garbage])('$name -> a fault of port alerts within three seconds', async ({ start }) => {
    const server = await start();
    const before = performance.now();
    const fault = await faultOf(alertsAt(server.url).raise(alert));
    expect(isPortFault(fault) && fault.port === 'alerts').toBe(true);
    expect(performance.now() - before).toBeLessThan(3000);
    await server.close();
  });

  it('a topic that does not exist -> a fault not worth repeating', async () => {
    const server = await startServer(publish([]));
    const fault = await faultOf(alertsAt(server.url, `${topicArn}-gone`).raise(alert));
    expect(isPortFault(fault) && !fault.retryable).toBe(true);
    await server.close();
  });

  it('a throttled topic -> a fault worth repeating', async () => {
    const server = await startServer(() => queryError(400, 'Throttling'));
    const fault = await faultOf(alertsAt(server.url).raise(alert));
    expect(isPortFault(fault) && fault.retryable).toBe(true);
    await server.close();
  });

  it('a topic that does not answer -> a thousand failed payments wait for it once; a failover is told all the same', async () => {
    let asked = 0;
    const server = await startServer(() => {
      asked += 1;
      return 'lost';
    });
    const alerts = alertsAt(server.url);
    const failed: Alert = { kind: 'payment_failed', sentence: 'A payment failed: expired.', detail: {} };
    for (let i = 0; i < 1000; i += 1) expect(await faultOf(alerts.raise(failed))).toMatchObject({ port: 'alerts', retryable: true });
    expect(asked).toBe(1);
    await faultOf(alerts.raise(alert));
    expect(asked).toBe(2);
    await server.close();
  });
});
