// What every suite does the same way: a fresh fixture per case, closed whatever happens, and faults as values.
import type { ContractCase } from './contract.ts';

export interface Closable {
  readonly close: () => Promise<void>;
}

/** One contract case per entry; the key is its name. */
export const casesOf = <F extends Closable>(make: () => Promise<F>, checks: Readonly<Record<string, (fixture: F) => Promise<void>>>): readonly ContractCase[] =>
  Object.entries(checks).map(([name, check]) => ({
    name,
    async run() {
      const fixture = await make();
      try {
        await check(fixture);
      } finally {
        await fixture.close();
      }
    },
  }));

/** What a call threw, or undefined when it succeeded. */
export const faultOf = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error;
  }
};
