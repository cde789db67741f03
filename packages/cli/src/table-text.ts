// A table for a terminal: columns as wide as their widest cell, heads in bold where there are colours (NO_COLOR).
import { styleText } from 'node:util';

export function tableText(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const [first = '', ...rest] = [heads, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd());
  return [styleText('bold', first), ...rest].join('\n');
}
