// Things that happen at their time, in the ticks of a life.
export interface Happening {
  readonly atTick: number;
  readonly happen: () => void;
}

export type Script = readonly Happening[];

export const inOrder = (...scripts: readonly Script[]): Happening[] => scripts.flat().toSorted((a, b) => a.atTick - b.atTick);
