// The ledger's password. Asked for at each new connection, so a rotated password is picked up by itself.
import { fieldOf, readSecret } from './secret.ts';

export async function readPassword(secretArn: string): Promise<string> {
  const password = fieldOf(await readSecret(secretArn, 'the ledger\'s secret'), 'password');
  if (password === undefined) throw new Error('the ledger\'s secret holds no password');
  return password;
}
