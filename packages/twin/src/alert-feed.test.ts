import { expect, test } from 'vitest';
import { AlertFeed } from './alert-feed.ts';

test('alerts: heard in its own region, again, and in the other one -> one alert, and one copy of it', () => {
  const events: [string, unknown][] = [];
  const feed = new AlertFeed((type, fields) => events.push([type, fields]));
  const message = JSON.stringify({ id: 'a', kind: 'high_value', region: 'us-east-1' });
  for (const heard of ['own', 'own', 'copy', 'copy'] as const) feed.hear(heard === 'own' ? 'us-east-1' : 'us-east-2', { message, heard });
  expect(events).toEqual([['alert', { region: 'us-east-1', kind: 'high_value', alert_id: 'a' }], ['alert_copy', { heard_in: 'us-east-2', alert_id: 'a' }]]);
});

test('alerts: only the copy arrives -> heard all the same, as of the region that raised it', () => {
  const events: [string, unknown][] = [];
  new AlertFeed((type, fields) => events.push([type, fields])).hear('us-east-2', { message: JSON.stringify({ id: 'a', region: 'us-east-1' }), heard: 'copy' });
  expect(events[0]).toEqual(['alert', { region: 'us-east-1', alert_id: 'a' }]);
});
