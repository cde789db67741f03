// Recognises primary account numbers so that they are refused before anything is stored or logged.
// A run of digits is a card number only with a known brand prefix, that brand's exact length and a
// valid Luhn digit: a millisecond timestamp or an order number is not one.

interface CardBrand {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

/** Issuer ranges of ISO/IEC 7812 as the card schemes publish them. */
const brands: readonly CardBrand[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(6011|64[4-9]|65)/, lengths: [16, 19] },
  { prefix: /^(30[0-5]|309|36|38|39)/, lengths: [14, 16, 19] },
  { prefix: /^35(2[89]|[3-8]\d)/, lengths: [16, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(5018|5020|5038|5893|6304|6759|676[1-3])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

const isCardDigits = (digits: string): boolean =>
  brands.some((brand) => brand.lengths.includes(digits.length) && brand.prefix.test(digits)) && passesLuhn(digits);

/** Whether the whole text, its separators aside, is a card number. For ids, where digits inside are ordinary. */
export const isCardNumber = (text: string): boolean => {
  const digits = text.replace(/[ ._:-]/g, '');
  return /^\d{12,19}$/.test(digits) && isCardDigits(digits);
};

const DIGITS_MAX = 19;

/**
 * Whether a card number stands anywhere in the text, written plainly or in groups. For free text. Numbers that
 * stand next to it (`pm_1_4111...`) do not hide it; digits inside one longer number are not a card number.
 */
export const containsCardNumber = (text: string): boolean =>
  (text.match(/\d+(?:[ ._:-]\d+)*/g) ?? []).some((run) => {
    const groups = run.split(/[ ._:-]/);
    return groups.some((_, first) => startsCardNumber(groups, first));
  });

function startsCardNumber(groups: readonly string[], first: number): boolean {
  let digits = '';
  for (let next = first; next < groups.length && digits.length < DIGITS_MAX; next += 1) {
    digits += groups[next] ?? '';
    if (isCardDigits(digits)) return true;
  }
  return false;
}
