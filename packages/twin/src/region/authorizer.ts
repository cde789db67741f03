/**
 * What API Gateway does around a REQUEST authorizer: asks it, remembers its answer by the identity header, and holds the
 * method against the policy that came back.
 * Invariant: a failure is not remembered and is never a refusal; the one refusal is the error `Unauthorized`.
 */
import { authorizerTtlS } from '@understudy/functions/manifest';

export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: { readonly Statement: readonly Statement[] };
  readonly context?: Readonly<Record<string, unknown>>;
  readonly usageIdentifierKey?: string;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  /** With `*` for any text. */
  readonly Resource: string;
}

export interface Permission {
  readonly usageKey: string;
  /** What the function is given. */
  readonly context: Readonly<Record<string, string>>;
}

export type Verdict = Permission | 'UNAUTHORIZED' | 'ACCESS_DENIED' | 'AUTHORIZER_FAILURE';

/** What the gateway keeps in mind at most; the oldest goes first. */
const REMEMBERED_MAX = 10_000;

interface Remembered {
  readonly answer: Promise<AuthorizerAnswer>;
  readonly untilMs: number;
}

export class Authorizer {
  readonly #ask: (event: object) => Promise<unknown>;
  readonly #onFault: (error: unknown) => void;
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: { readonly ask: (event: object) => Promise<unknown>; readonly onFault: (error: unknown) => void; readonly now?: () => number }) {
    this.#ask = options.ask;
    this.#onFault = options.onFault;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether the header's answer is at hand, so that judging it costs nothing. */
  remembers(header: string): boolean {
    const found = this.#remembered.get(header);
    return found !== undefined && this.#now() < found.untilMs;
  }

  /** `event`: what the authorizer is asked with, made only when it is asked. */
  async judge(header: string, methodArn: string, event: () => object): Promise<Verdict> {
    try {
      const answer = await this.#answerFor(header, event);
      if (!permits(answer.policyDocument.Statement, methodArn)) return 'ACCESS_DENIED';
      return { usageKey: answer.usageIdentifierKey ?? '', context: { ...asTexts(answer.context ?? {}), principalId: answer.principalId } };
    } catch (error) {
      if (error instanceof Error && error.message === 'Unauthorized') return 'UNAUTHORIZED';
      this.#onFault(error);
      return 'AUTHORIZER_FAILURE';
    }
  }

  /** Those who ask with one header at one time share one answer. */
  #answerFor(header: string, event: () => object): Promise<AuthorizerAnswer> {
    const found = this.#remembered.get(header);
    if (found && this.#now() < found.untilMs) return found.answer;
    const answer = this.#ask(event()).then(asAnswer);
    this.#remember(header, { answer, untilMs: this.#now() + authorizerTtlS * 1000 });
    answer.catch(() => {
      if (this.#remembered.get(header)?.answer === answer) this.#remembered.delete(header);
    });
    return answer;
  }

  #remember(header: string, entry: Remembered): void {
    this.#remembered.delete(header);
    const oldest = this.#remembered.size >= REMEMBERED_MAX ? this.#remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(header, entry);
  }
}

/** As IAM judges: an explicit no wins, and without a yes it is no. */
function permits(statements: readonly Statement[], methodArn: string): boolean {
  const matching = statements.filter(({ Resource }) => matches(Resource, methodArn));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

const matches = (resource: string, methodArn: string): boolean =>
  new RegExp(`^${resource.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`).test(methodArn);

/** Every value of the context arrives as text. */
const asTexts = (context: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));

function asAnswer(value: unknown): AuthorizerAnswer {
  if (typeof value === 'object' && value !== null && 'policyDocument' in value && 'principalId' in value) return value as AuthorizerAnswer;
  throw new Error('an authorizer must answer {principalId, policyDocument}');
}
