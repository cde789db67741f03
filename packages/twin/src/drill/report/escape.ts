/** Text for HTML and XML. Invariant: what comes out holds no character that either of them would take for its own. */
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** XML forbids these even when they are written as references. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export const escape = (text: string): string => text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (found) => entities[found] ?? '');
