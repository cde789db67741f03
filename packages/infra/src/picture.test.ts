import { expect, test } from 'vitest';
import { deploymentDiagram } from './diagram.ts';
import { deployedPicture } from './picture.ts';

test('D2: the picture of what stands on AWS -> both regions alike, the witness with the detector alone, and the four things between them', () => {
  const drawn = deployedPicture();
  const of = (region: string): readonly string[] => [...drawn.matchAll(new RegExp(`^ {4}(\\w+)_${region}\\["(.+)"\\]$`, 'gm'))].map(([, thing, label]) => `${thing} ${label}`);
  expect(of('us_east_1')).toHaveLength(7);
  expect(of('us_east_1')).toEqual(of('us_east_2'));
  expect(of('us_west_2')).toEqual(['functions 1 function', 'topics 1 topic', 'moves 1 workflow']);
  for (const between of ['journal[("journal<br/>DynamoDB, strongly consistent")]', 'its third vote', 'ledger_us_east_1 -->|replicates, asynchronously| ledger_us_east_2', 'receipts_us_east_1 <-->|copied both ways| receipts_us_east_2']) expect(drawn).toContain(between);
});

test('D2: the pictures -> every line and every box ends where there is one', () => {
  for (const drawn of [deployedPicture(), deploymentDiagram()]) {
    const boxes = new Set([...drawn.matchAll(/^ +(?:subgraph )?(\w+) ?(?:\[|\(\()/gm)].map((match) => match[1]));
    const ends = [...drawn.matchAll(/^ {2}(\w+) (?:<?-.*-+>?(?:\|[^|]+\|)?|---|-\. .* \.-) ?(\w+)$/gm)].flatMap((match) => [match[1], match[2]]);
    expect(ends.length).toBeGreaterThan(5);
    expect(ends.filter((end) => !boxes.has(end))).toEqual([]);
  }
});
