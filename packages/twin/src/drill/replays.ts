/**
 * Outages that happened, played again: what of each would have reached this service, at the speed of the twin's clocks.
 * Invariant: each names who describes it; what is not known from there is not played.
 */
import { defaultDetectPolicy } from '@understudy/core';
import { FAST_DWELL_MS } from '../timings.ts';
import { nothingMoved } from './stage.ts';
import type { Scenario } from './stage.ts';

const dynamodb2025: Scenario = {
  name: 'us-east-1-2025-10-20',
  about: 'two automatic writers of DynamoDB\'s DNS records raced and left the endpoint of us-east-1 without an address: lost from every region, and nothing moves',
  source: 'https://aws.amazon.com/message/101925/',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('the DynamoDB endpoint of us-east-1 is gone, for both regions');
    await stage.twin.service('us-east-1', 'dynamodb', { fail: true });
    await stage.twin.service('us-east-2', 'dynamodb-peer', { fail: true });
    await stage.seconds(18);
    await nothingMoved(stage);
    stage.say('the endpoint is back');
    await stage.twin.service('us-east-1', 'dynamodb', { fail: false });
    await stage.twin.service('us-east-2', 'dynamodb-peer', { fail: false });
    await load.end();
    await nothingMoved(stage);
  },
};

const network2021: Scenario = {
  name: 'us-east-1-2021-12-07',
  about: 'an internal network of us-east-1 was congested: what its control planes answer comes late or never, while instances run on',
  source: 'https://aws.amazon.com/message/12721/',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('us-east-1: table and ledger are slow, queue and buckets away, nothing leaves for the other region');
    const delayed = { fail: false, delayMs: 150 } as const;
    for (const service of ['dynamodb', 'ledger'] as const) await stage.twin.service('us-east-1', service, delayed);
    for (const service of ['sqs', 'bucket', 'bucket-replication', 'sessions-replication'] as const) await stage.twin.service('us-east-1', service, { fail: true });
    await stage.seconds(18);
    stage.say('the network is well again');
    for (const service of ['dynamodb', 'ledger', 'sqs', 'bucket', 'bucket-replication', 'sessions-replication'] as const) await stage.twin.service('us-east-1', service, { fail: false });
    await load.end();
  },
};

const s32017: Scenario = {
  name: 'us-east-1-2017-02-28',
  about: 'a mistyped command took away too many servers of S3 in us-east-1: buckets are away, payments go on, and nothing moves',
  source: 'https://aws.amazon.com/message/41926/',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(5);
    stage.say('the bucket of us-east-1 is away');
    await stage.twin.service('us-east-1', 'bucket', { fail: true });
    await stage.twin.service('us-east-1', 'bucket-replication', { fail: true });
    await stage.seconds(18);
    stage.say('the bucket is back');
    await stage.twin.service('us-east-1', 'bucket', { fail: false });
    await stage.twin.service('us-east-1', 'bucket-replication', { fail: false });
    await load.end();
    await nothingMoved(stage);
  },
};

/** 43 s, as much shorter as the twin's detectors are less patient than the deployment's. */
const GITHUB_PARTITION_S = (43 * FAST_DWELL_MS) / defaultDetectPolicy.dwellMs;

const github2018: Scenario = {
  name: 'github-2018-10-21',
  about: 'a 43 s partition cut the primary data centre off, and a failover made two histories that took a day to join: here it is too short to move for',
  source: 'https://github.blog/news-insights/company-news/oct21-post-incident-analysis/',
  play: async (stage) => {
    const load = stage.load();
    await stage.seconds(6);
    stage.say(`cut us-east-1 off for ${GITHUB_PARTITION_S.toFixed(1)} s`);
    await stage.twin.region('us-east-1', 'isolate');
    await stage.exactly(GITHUB_PARTITION_S);
    await stage.twin.region('us-east-1', 'rejoin');
    stage.say('the partition is over');
    await load.end();
    await nothingMoved(stage);
  },
};

export const replays: readonly Scenario[] = [dynamodb2025, network2021, s32017, github2018];
