// Every promise, one checker each.
import { acknowledged } from './acknowledged.ts';
import { auditFinds } from './audit-finds.ts';
import { booksAgree, inOneFile, oneTextPerName } from './books-agree.ts';
import { chargedAsAccepted } from './charged-as-accepted.ts';
import { chargedOnce } from './charged-once.ts';
import type { Checker } from './checker.ts';
import { epochsGrow } from './epochs-grow.ts';
import { ledgerLeads } from './ledger-leads.ts';
import { neverTwice } from './never-twice.ts';
import { everythingNoticed, noticesAgree, nothingUntold } from './notices.ts';
import { oneRow } from './one-row.ts';
import { refundsFit, refundsGivenBack } from './refunds-fit.ts';
import { confirmedInBoth, keysKnown, movesInOrder, purgedAnswersAlike, twoVotes } from './seen.ts';
import { sessionPaidOnce } from './session-paid-once.ts';
import { toldOnce } from './told-once.ts';

export const checkers: readonly Checker[] = [
  acknowledged, chargedAsAccepted, neverTwice, refundsFit, toldOnce, epochsGrow, confirmedInBoth, movesInOrder, sessionPaidOnce, noticesAgree, twoVotes, keysKnown, oneTextPerName,
  chargedOnce, refundsGivenBack, oneRow, ledgerLeads, nothingUntold, everythingNoticed, booksAgree, inOneFile, auditFinds, purgedAnswersAlike,
];
