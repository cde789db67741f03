// Verbs of a merchant: they use the API as any client does, with a key, and survive a region as the client library does.
import type { VerbGroup } from '../verb.ts';
import { keyFile } from './shared.ts';

export const payVerbs: VerbGroup = {
  heading: 'Pay, as a merchant',
  verbs: [
    {
      name: 'pay', about: 'make one payment, or all of a file, and wait for the outcome; exit 1 if one was declined or refused, 3 if one is not known. The same command again never charges twice',
      options: [
        { flags: '--id <id>', about: 'its transaction_id; made up if left out' },
        { flags: '--customer <id>', about: 'its customer_id', byDefault: 'c-1' },
        { flags: '--amount <amount>', about: 'such as 12.50' },
        { flags: '--currency <code>', about: 'ISO 4217', byDefault: 'USD' },
        { flags: '--method <token>', about: 'the payment method, a token and never a card number', byDefault: 'card_visa' },
        { flags: '--session <id>', about: 'the checkout session that it pays' },
        { flags: '--file <file>', about: 'payments as .csv with a heading line, or as .ndjson, with the field names of POST /payments' },
        { flags: '--out <file>', about: 'with --file: the results, one JSON object a line; FILE.results.ndjson if left out. What has its result there is not sent again' },
        { flags: '--rate <count>', about: 'with --file: so many a second at most', byDefault: '50', whole: { least: 1, most: 500 } },
        { flags: '--no-wait', about: 'be content with the acceptance, which comes before the outcome' },
        keyFile,
      ],
      examples: ['pay --amount 12.50 --id order-1', 'pay --file payments.csv --rate 100'],
      load: async () => (await import('../verbs/pay.ts')).pay,
    },
    {
      name: 'payments list', about: 'the payments of a customer, newest first; the newest may be missing for a moment',
      options: [
        { flags: '--customer <id>', about: 'whose', byDefault: 'c-1' },
        { flags: '--limit <count>', about: 'at most so many', byDefault: '20', whole: { least: 1, most: 100 } },
        { flags: '--cursor <cursor>', about: 'the next page, as the last one named it' },
        keyFile,
      ],
      examples: ['payments list --customer c-1'],
      load: async () => (await import('../verbs/payments.ts')).list,
    },
    {
      name: 'payments show', about: 'one payment and its story: what journal, ledgers and acquirer hold of it; exit 3 if one of them does not answer',
      arguments: [{ name: '<id>', about: 'its transaction_id' }],
      options: [{ flags: '--merchant <id>', about: 'whose payment; demo is the merchant of the twin', byDefault: 'demo' }],
      examples: ['payments show order-1'],
      load: async () => (await import('../verbs/payment-story.ts')).show,
    },
    {
      name: 'payments refund', about: 'give back a part of a payment, or all that is left of it',
      arguments: [{ name: '<id>', about: 'its transaction_id' }],
      options: [
        { flags: '--refund-id <id>', about: 'names this refund for ever: the same one is never given back twice', required: true },
        { flags: '--amount <amount>', about: 'all that is left, if left out' },
        keyFile,
      ],
      examples: ['payments refund order-1 --refund-id refund-1 --amount 5.00'],
      load: async () => (await import('../verbs/payments.ts')).refund,
    },
    {
      name: 'payments cancel', about: 'make sure that a payment is not charged, also one that nobody has seen; exit 1 if it is decided otherwise',
      arguments: [{ name: '<id>', about: 'its transaction_id' }],
      options: [keyFile],
      examples: ['payments cancel order-1'],
      load: async () => (await import('../verbs/payments.ts')).cancel,
    },
  ],
};
