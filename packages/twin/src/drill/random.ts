/** A drill made from its seed: faults drawn at random, one after another, then the loss of the active region. */
import { SeededRandom } from '@understudy/adapters/in-memory';
import { primaryRegion, regions } from '@understudy/core';
import type { Region } from '@understudy/core';
import type { Service } from '../network.ts';
import { failedOver } from './stage.ts';
import type { Scenario } from './stage.ts';

export interface RandomFault {
  readonly region: Region;
  readonly service: Service;
  readonly fail: boolean;
  readonly delayMs: number;
  readonly forS: number;
}

/** None of them alone may make a region lost, so that the end of the script is known: the ledger of the active one would. */
const breakable = ['dynamodb', 'dynamodb-peer', 'index', 'sqs', 'replication', 'sessions-replication', 'bucket', 'bucket-replication'] as const satisfies readonly Service[];
const FAULTS = { min: 3, more: 3 } as const;

export function faultsOf(seed: number): readonly RandomFault[] {
  const random = new SeededRandom(seed);
  const count = FAULTS.min + random.integer(FAULTS.more);
  return Array.from({ length: count }, () => {
    const service = breakable[random.integer(breakable.length)] ?? 'dynamodb';
    // An index has no link to be slow: it follows or it does not.
    const fail = service === 'index' || random.integer(2) === 0;
    return { region: regions[random.integer(regions.length)] ?? primaryRegion, service, fail, delayMs: fail ? 0 : 50 + random.integer(250), forS: 2 + random.integer(4) };
  });
}

export const randomDrill: Scenario = {
  name: 'random',
  about: 'faults drawn from the seed, one after another; in the midst of the last one us-east-1 is killed',
  play: async (stage) => {
    const faults = faultsOf(stage.seed);
    const load = stage.load();
    for (const [n, { region, service, fail, delayMs, forS }] of faults.entries()) {
      stage.say(`${service} of ${region} ${fail ? 'is away' : `is slow by ${delayMs} ms`} for ${forS} s`);
      await stage.twin.service(region, service, { fail, ...(!fail && { delayMs }) });
      await stage.seconds(forS);
      if (n === faults.length - 1) {
        stage.say('kill us-east-1');
        await stage.twin.region('us-east-1', 'kill');
      }
      await stage.twin.service(region, service, { fail: false });
    }
    await failedOver(stage, 'us-east-2');
    await load.end();
  },
};
