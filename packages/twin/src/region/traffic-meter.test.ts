import { expect, test } from 'vitest';
import { TrafficMeter } from './traffic-meter.ts';

const payment = { method: 'POST', path: '/process', status: 202, tookMs: 4 };

test('traffic: acknowledged, refused by overload, broken, wrong, a health check -> each counted as what it is', () => {
  const meter = new TrafficMeter();
  for (const answered of [payment, { ...payment, path: '/payments', status: 201 }, { ...payment, status: 429 }, { ...payment, status: 502 }, { ...payment, status: 409 }]) meter.note(answered);
  meter.note({ method: 'GET', path: '/health', status: 503, tookMs: 1 });
  meter.note({ method: 'GET', path: '/payments', status: 200, tookMs: 900 });
  expect(meter.take()).toEqual({ acks: 2, errors: 2, p50Ms: 4, p99Ms: 4 });
});

test('traffic: taken -> a new interval begins, and silence has no latency', () => {
  const meter = new TrafficMeter();
  meter.note(payment);
  meter.take();
  expect(meter.take()).toEqual({ acks: 0, errors: 0 });
});

test('traffic: many durations, one of them long -> the middle and the tail', () => {
  const meter = new TrafficMeter();
  for (let i = 0; i < 100; i += 1) meter.note({ ...payment, tookMs: i === 50 ? 500 : 10 });
  expect(meter.take()).toMatchObject({ p50Ms: 10, p99Ms: 500 });
});
