// What every picture begins with: its size, its style, and its title, which is also what is read out.

export const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** A style element. */
  readonly style: string;
  readonly title: string;
}

export const picture = ({ width, height, style, title }: Picture, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">\n${style}\n<text class="title" x="0" y="18">${escape(title)}</text>\n${body}\n</svg>\n`;
