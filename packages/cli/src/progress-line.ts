// How far a verb has come, on standard error: nothing within the first second; on a terminal one line that is drawn
// over, elsewhere one line a second at most.
import type { Shell } from './shell.ts';
import type { Progress } from './verb.ts';

const QUIET_MS = 1000;
const DRAW_EVERY_MS = 100;
const BAR_CELLS = 24;
/** Back to the start of the line, and nothing right of it. */
const CLEAR = '\r\u001B[K';

export class ProgressLine {
  readonly #shell: Shell;
  #saidAt: number = performance.now();
  #isDrawn = false;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  show(progress: Progress): void {
    const { drawsOver = false, err } = this.#shell;
    if (performance.now() - this.#saidAt < (this.#isDrawn ? DRAW_EVERY_MS : QUIET_MS)) return;
    this.#saidAt = performance.now();
    err(drawsOver ? `${CLEAR}${barText(progress)}` : `${lineText(progress)}\n`);
    this.#isDrawn = drawsOver;
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.#isDrawn) this.#shell.err(CLEAR);
    this.#isDrawn = false;
  }
}

const lineText = ({ doing, done, of }: Progress): string => `${doing}: ${done}${of === undefined ? '' : ` of ${of}`}`;

function barText(progress: Progress): string {
  const { done, of } = progress;
  if (of === undefined) return lineText(progress);
  const full = Math.round((Math.min(done, of) / Math.max(1, of)) * BAR_CELLS);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}] ${lineText(progress)}`;
}
