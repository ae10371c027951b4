// Requests to an MLflow tracking server: https://mlflow.org/docs/latest/api_reference/rest-api.html, version 2.0.
import { z } from 'zod';
import { authorization } from './credentials.ts';

/** A server that does not answer, or not now: the same request may succeed later. */
export class AwayError extends Error {}

/** A server that refuses a request: the same request would be refused again. */
export class RefusedError extends Error {
  /** MLflow's name for the reason, such as RESOURCE_DOES_NOT_EXIST; empty where the answer has none. */
  readonly code: string;

  constructor(message: string, code = '') {
    super(message);
    this.code = code;
  }
}

/**
 * A tracking server. Every call rejects with an {@link AwayError} or a {@link RefusedError}; an answer of another shape
 * than the asked one is a refusal.
 */
export interface TrackingClient {
  get<T>(path: string, query: Readonly<Record<string, string>>, shape: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: object, shape: z.ZodType<T>): Promise<T>;
  /** Writes an artefact by its path on a server that stands before the artefact store. */
  upload(path: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Options of {@link trackingClient}. */
export interface ClientOptions {
  /** Variables with the credentials. Default: those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends all requests. */
  readonly signal?: AbortSignal | undefined;
}

interface Request extends RequestInit {
  readonly timeout: number;
}

/** The longest time for an answer. */
const REQUEST_MS = 10_000;

/** The same for a file, which may be large. */
const UPLOAD_MS = 120_000;

/** Limit on the bytes of an answer; those to the requests made here have a few thousand. */
const MOST_BYTES = 2 ** 22;

/** A client. @throws ExpectationError for credentials that cannot be sent */
export function trackingClient(uri: string, { env = process.env, signal }: ClientOptions = {}): TrackingClient {
  const credentials = authorization(env);
  const send = ({ path, shape }: { path: string; shape?: z.ZodType }, { timeout, ...init }: Request) => {
    const signals = [AbortSignal.timeout(timeout), ...(signal ? [signal] : [])];
    // a server may close an idle connection while a step computes, and the next request on it would fail
    const common = { connection: 'close', ...(credentials ? { authorization: credentials } : {}) };
    const headers = { ...init.headers, ...common };
    // a redirect would take the credentials, or turn POST into GET
    const options = { ...init, headers, redirect: 'manual', signal: AbortSignal.any(signals) } as const;
    return answered(uri, () => fetch(`${uri}/api/2.0/${path}`, options), shape);
  };
  return {
    get: <T>(path: string, query: Readonly<Record<string, string>>, shape: z.ZodType<T>) =>
      send({ path: `mlflow/${path}?${new URLSearchParams(query)}`, shape }, { timeout: REQUEST_MS }) as Promise<T>,
    post: <T>(path: string, body: object, shape: z.ZodType<T>) => {
      const headers = { 'content-type': 'application/json' };
      const request = { timeout: REQUEST_MS, method: 'POST', headers, body: JSON.stringify(body) };
      return send({ path: `mlflow/${path}`, shape }, request) as Promise<T>;
    },
    async upload(path, content) {
      const segments = path.split('/').map(encodeURIComponent).join('/');
      const headers = { 'content-type': 'application/octet-stream' };
      const request = { timeout: UPLOAD_MS, method: 'PUT', headers, body: content };
      await send({ path: `mlflow-artifacts/artifacts/${segments}` }, request);
    },
  };
}

/** The answer to a request. A busy server, or a proxy whose server is away, counts as away. */
async function answered(uri: string, request: () => Promise<Response>, shape?: z.ZodType): Promise<unknown> {
  let response: Response;
  let text: string | undefined;
  try {
    response = await request();
    text = await textOf(response);
  } catch (error) {
    throw new AwayError(`${uri} does not answer (${reasonOf(error as Error)})`);
  }
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408) throw new AwayError(`${uri} answers ${status}`);
  if (status >= 300 && status < 400) throw new RefusedError(`${uri} answers ${redirection(response, uri)}`);
  if (text === undefined) throw new RefusedError(`${uri} answers more than ${MOST_BYTES} bytes`);
  const answer = parsed(text);
  if (!response.ok) throw refusal(uri, status, answer);
  if (shape === undefined) return undefined;
  const { success, data } = shape.safeParse(answer);
  if (success) return data;
  throw new RefusedError(`${uri} answers in another form than an MLflow tracking server`);
}

/** The text of an answer; undefined if it is too long, and the rest is not read. */
async function textOf({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Node hides the reason of a failed request in its cause. */
const reasonOf = ({ message, cause }: Error): string =>
  (cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error | undefined)?.message ?? message;

/** The host alone: the rest of an address may hold secrets. */
function redirection({ status, headers }: Response, uri: string): string {
  const to = headers.get('location') ?? '';
  const origin = URL.canParse(to, uri) ? ` to ${new URL(to, uri).origin}` : '';
  return `${status}, a redirection${origin}: name the final address`;
}

const refused = z.object({ error_code: z.string().optional(), message: z.string().optional() });

function refusal(uri: string, status: number, answer: unknown): RefusedError {
  const { error_code = '', message = '' } = refused.safeParse(answer).data ?? {};
  const code = /^[A-Z_]{1,60}$/.test(error_code) ? error_code : '';
  const words = [status, code, firstLine(message)].filter((each) => each !== '');
  return new RefusedError(`${uri} answers ${words.join(' ')}`, code);
}

/** Control characters could change the terminal. */
const firstLine = (message: string): string => message.split('\n', 1)[0]!.slice(0, 200).replace(/\p{C}/gu, ' ').trim();

function parsed(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
