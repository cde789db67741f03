// What the audit calls an orphan charge against what a life is known to have left behind.
import { keyText } from '@understudy/core';
import type { Checker } from './checker.ts';

export const auditFinds: Checker = {
  name: 'audit finds',
  promise: 'The audit finds every charge that is left behind, and nothing else that is wrong.',
  holds: 'rest',
  check: ({ left, findings }) => {
    const found = new Set(findings.filter(({ code }) => code === 'orphan_charge').map(keyText));
    return [
      ...[...left].filter((text) => !found.has(text)).map((text) => `${text}: a charge is left behind that the audit does not find`),
      ...findings.filter((finding) => finding.code !== 'orphan_charge' || !left.has(keyText(finding))).map((finding) => `${keyText(finding)}: the audit finds ${finding.code}: ${finding.detail}`),
    ];
  },
};
