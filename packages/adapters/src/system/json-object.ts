// Reads a body that somebody else wrote. Invariant: what is no JSON object is undefined, and nothing of it is thrown:
// the parser's own message quotes the text, so it goes no further.

export type JsonObject = Readonly<Record<string, unknown>>;

export function jsonObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
