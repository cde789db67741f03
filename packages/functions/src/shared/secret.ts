// Secrets, from Secrets Manager by way of Lambda's "Parameters and Secrets" extension, which holds and renews them on
// localhost. Invariant: no part of a secret stands in an error.

const EXTENSION_PORT = 2773;
/** On localhost; longer means that the extension cannot reach the service, and the caller fails in time. */
const LIMIT_MS = 1000;

/** The secret's text. Throws with a sentence that begins with `what`, such as "the ledger's secret". */
export async function readSecret(secretArn: string, what: string): Promise<string> {
  const port = process.env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? String(EXTENSION_PORT);
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(secretArn)}`;
  const answer = await fetch(url, {
    headers: { 'x-aws-parameters-secrets-token': process.env['AWS_SESSION_TOKEN'] ?? '' },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (!answer.ok) throw new Error(`${what} could not be read (HTTP ${answer.status})`);
  const secret = fieldOf(await answer.text(), 'SecretString');
  if (secret === undefined) throw new Error(`${what} holds no text`);
  return secret;
}

/** A text field of a JSON object; undefined for anything else. */
export function fieldOf(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof field === 'string' ? field : undefined;
  } catch {
    return undefined;
  }
}
