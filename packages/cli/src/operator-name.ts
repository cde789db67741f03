// Who types: what the record of an operation names.
import { userInfo } from 'node:os';

export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in a container.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
