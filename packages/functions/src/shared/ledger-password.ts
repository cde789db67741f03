// The ledger's password, from Secrets Manager by way of Lambda's "Parameters and Secrets" extension, which holds and
// renews it on localhost. Asked for at each new connection, so a rotated password is picked up by itself.
// Invariant: no part of the secret stands in an error.

const EXTENSION_PORT = 2773;
/** On localhost; longer means that the extension cannot reach the service, and the ledger call fails in time. */
const LIMIT_MS = 1000;

export async function readPassword(secretArn: string): Promise<string> {
  const port = process.env['PARAMETERS_SECRETS_EXTENSION_HTTP_PORT'] ?? String(EXTENSION_PORT);
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(secretArn)}`;
  const answer = await fetch(url, {
    headers: { 'x-aws-parameters-secrets-token': process.env['AWS_SESSION_TOKEN'] ?? '' },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (!answer.ok) throw new Error(`the ledger's secret could not be read (HTTP ${answer.status})`);
  const password = passwordIn(await answer.text());
  if (password === undefined) throw new Error('the ledger\'s secret holds no password');
  return password;
}

/** Two layers of JSON: the service's answer, and the secret itself. */
function passwordIn(text: string): string | undefined {
  const secret = fieldOf(text, 'SecretString');
  return secret === undefined ? undefined : fieldOf(secret, 'password');
}

function fieldOf(text: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof field === 'string' ? field : undefined;
  } catch {
    return undefined;
  }
}
