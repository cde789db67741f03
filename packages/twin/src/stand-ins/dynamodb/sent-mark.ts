/** Up to which stamp a region's writes are known to be in the other region, in a small file. Losing it costs sending again. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export interface SentMark {
  /** 0 when there is none. */
  read(): number;
  write(at: number): void;
}

export const createSentMark = (file: string): SentMark => ({
  read() {
    try {
      return Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      return 0;
    }
  },
  write(at) {
    // Under another name first: a number cut in half would be a wrong one.
    writeFileSync(`${file}.new`, String(at));
    renameSync(`${file}.new`, file);
  },
});
