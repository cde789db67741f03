/**
 * The batch calls: up to ten entries, each with its own outcome.
 * Invariant: every entry's id comes back exactly once, in Successful or in Failed.
 */
import { asAwsError, AwsError } from '../wire/aws-error.ts';

const ENTRIES_MAX = 10;

export interface BatchResult {
  readonly Successful: readonly object[];
  readonly Failed: readonly object[];
}

export const checkBatch = (entries: readonly { readonly Id: string }[]): void => {
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > ENTRIES_MAX) {
    throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`);
  }
  const ids = new Set(entries.map((entry) => entry.Id));
  if (ids.size !== entries.length) throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more entries have the same Id.');
  for (const id of ids) {
    if (!/^[\w-]{1,80}$/.test(id)) throw new AwsError('InvalidBatchEntryId', 'An Id may hold letters, digits, hyphens and underscores, 1 to 80.');
  }
};

export const runBatch = <Entry extends { readonly Id: string }>(entries: readonly Entry[], run: (entry: Entry) => object): BatchResult => {
  checkBatch(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (cause) {
      const error = asAwsError(cause);
      Failed.push({ Id: entry.Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
};
