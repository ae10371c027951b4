// Gives the page to browsers on this machine, and to nobody else.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type PageFiles, readPageFile } from './page-files.ts';

/** The only interface that the server listens on. */
const LOOPBACK = '127.0.0.1';

/** The most bytes of a posted file. */
const MOST_POSTED = 2 ** 28;

/** Options of {@link serveLab}. */
export interface ServeOptions {
  readonly files: PageFiles;
  /** Default 0: a free one. */
  readonly port?: number;
  /**
   * Takes a file that the page posts to `save`, and answers with plain data. An error that it throws is told to the
   * page. Absent: nothing can be posted.
   */
  readonly save?: (posted: Uint8Array) => Promise<object>;
}

/** A page that is being served. */
export interface ServedLab {
  /** With a token: whoever does not know the address gets nothing. */
  readonly address: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** The page may use threads, loads nothing from elsewhere, and no other page may read or embed it. */
const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; img-src 'self' data: blob:; " +
    "style-src 'self' 'unsafe-inline'; connect-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/**
 * Serves the page on the loopback interface until `close`.
 *
 * A request gets a file if its path begins with the token of the address and its host is this server's: another page
 * knows no token, and a name that an attacker points at this machine is another host.
 *
 * @throws Error of the system if the port cannot be used
 */
export async function serveLab({ files, port = 0, save }: ServeOptions): Promise<ServedLab> {
  const token = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    answer(request, response).catch(() => (response.headersSent ? response.destroy() : end(response, 500)));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathAfter(token, request.url ?? '/');
    const host = `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
    if (path === undefined || request.headers.host !== host) return end(response, 404);
    if (request.method === 'POST' && path === 'save' && save) {
      if (request.headers.origin !== `http://${host}`) return end(response, 403);
      return answerPost(request, response, save);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
    const name = path === '' ? 'index.html' : path;
    const file = files.get(name);
    if (!file) return end(response, 404);
    const body = name === 'index.html' && save ? marked(readPageFile(file)) : readPageFile(file);
    const type = types[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  return {
    address: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The page with the mark that its server takes posted files. */
const marked = (page: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(page).toString('utf8').replace('</head>', '<meta name="flowvae-served" content="yes" /></head>'),
  );

/** The path after the token; undefined where the token is another one. */
function pathAfter(token: string, url: string): string | undefined {
  const [, given = '', ...path] = (URL.canParse(url, 'http://host') ? new URL(url, 'http://host').pathname : '').split(
    '/',
  );
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  if (a.length !== b.length || !timingSafeEqual(a, b) || path.length === 0) return undefined;
  return path.join('/');
}

async function answerPost(
  request: IncomingMessage,
  response: ServerResponse,
  save: (posted: Uint8Array) => Promise<object>,
): Promise<void> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= MOST_POSTED) pieces.push(piece); // a longer file is read to its end, so that the answer arrives
  }
  if (bytes > MOST_POSTED) return end(response, 413);
  const [code, told] = await save(Buffer.concat(pieces)).then(
    (result) => [200, result] as const,
    (error: unknown) => [400, { error: error instanceof Error ? error.message : String(error) }] as const,
  );
  response.writeHead(code, { ...headers, 'Content-Type': types['.json'] });
  response.end(JSON.stringify(told));
}

function end(response: ServerResponse, code: number): void {
  response.writeHead(code, { ...headers, Connection: 'close' });
  response.end();
}
