/**
 * The reports of the live and the test acquirer as one: the live one first, then the other.
 * Invariant: a charge is reported by the side that made it, whatever it says of itself.
 */
import type { ChargeReport } from '@understudy/core';

export interface ChargeReportSides {
  readonly live: ChargeReport;
  readonly test: ChargeReport;
}

const sideNames = ['live', 'test'] as const;

export function createChargeReportSides(sides: ChargeReportSides): ChargeReport {
  return {
    async page({ limit, cursor }) {
      const [name = 'live', from] = cursor?.split(' ') ?? [];
      const side = name === 'test' ? 'test' : 'live';
      const { entries, cursor: next } = await sides[side].page({ limit, ...(from !== undefined && { cursor: from }) });
      const after = next === undefined ? (side === 'live' ? 'test' : undefined) : `${side} ${next}`;
      return { entries: entries.map((entry) => ({ ...entry, live: side === 'live' })), ...(after !== undefined && { cursor: after }) };
    },
    async of(key) {
      const found = await Promise.all(sideNames.map(async (side) => (await sides[side].of(key)).map((entry) => ({ ...entry, live: side === 'live' }))));
      return found.flat();
    },
  };
}
