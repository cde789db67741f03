/**
 * The console's pages, as the twin and the command line serve them. Invariant: they load nothing from elsewhere, and a browser is told so;
 * what is served carries a digest in its name and is kept, or is asked for again each time.
 * Until the console is built, a plain page says so and looks again.
 */
import type { ServerResponse } from 'node:http';
import { buildConsole } from '../build.ts';
import type { BuiltConsole, BuiltFile } from '../build.ts';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const headers = { 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' } as const;

const plainPage = (sentence: string, isTemporary: boolean): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Understudy</title><link rel="icon" href="data:,">${isTemporary ? '<meta http-equiv="refresh" content="1">' : ''}</head><body><h1>Understudy</h1><p>${sentence}</p></body></html>\n`;

export class Pages {
  #built: BuiltConsole | undefined;
  #hasFailed = false;

  /** Begins to build, beside whatever else starts. A console that cannot be built stops nothing. */
  constructor(onFault: (sentence: string) => void) {
    buildConsole().then(
      (built) => (this.#built = built),
      (error: unknown) => {
        this.#hasFailed = true;
        onFault(error instanceof Error ? error.message : String(error));
      },
    );
  }

  /** Answers a GET of `path` when it is one of a page's, and says whether it was. */
  serve(path: string, response: ServerResponse): boolean {
    const file = this.#built?.files.get(path);
    if (file) send(response, file);
    else if (path.startsWith('/twin/') || path.startsWith('/assets/')) return false;
    else this.#servePage(response);
    return true;
  }

  /** Every other path is a page: which one, the script in it decides. */
  #servePage(response: ServerResponse): void {
    const index = this.#built?.files.get('/index.html');
    if (index) return send(response, index);
    const sentence = this.#hasFailed ? 'The console could not be built; the command line and the control API work without it. The event console_fault says why.' : 'The console is being built; this page looks again by itself.';
    response.writeHead(503, { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(plainPage(sentence, !this.#hasFailed));
  }
}

function send(response: ServerResponse, { body, contentType, isImmutable }: BuiltFile): void {
  response.writeHead(200, { ...headers, 'content-type': contentType, 'content-length': String(body.length), 'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache' }).end(body);
}
