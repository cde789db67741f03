// `understudy cost`: what a deployment costs in a month, by infra's estimate.
import { costOf, notCounted, PRICES_OF } from '@understudy/infra';
import { readEnvironment } from '../environment-file.ts';
import { exitCodes } from '../exit.ts';
import type { Answer, Desk } from '../verb.ts';

export async function cost(_desk: Desk, { environment, payments }: { readonly environment?: string; readonly payments: number }): Promise<Answer> {
  const lines = costOf(await readEnvironment(environment), payments);
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  const row = (dollars: number, what: string) => `${dollars.toFixed(2).padStart(12)}  ${what}`;
  return {
    exitCode: exitCodes.ok,
    json: { lines, total: Number(total.toFixed(2)), payments, pricesOf: PRICES_OF, notCounted },
    text: [...lines.map(({ what, dollars }) => row(dollars, what)), row(total, `US dollars a month for ${payments} payments, at list prices of ${PRICES_OF}`), '', notCounted].join('\n'),
  };
}
