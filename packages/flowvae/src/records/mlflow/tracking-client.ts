// Requests to an MLflow tracking server: https://mlflow.org/docs/latest/api_reference/rest-api.html, version 2.0.

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

/** A tracking server. Every call rejects with an {@link AwayError} or a {@link RefusedError}. */
export interface TrackingClient {
  get(path: string, query: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  /** Writes an artefact by its path on a server that stands before the artefact store. */
  upload(path: string, content: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** A parsed answer, not validated. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of another program
type Answer = any;

/** Options of {@link trackingClient}. */
export interface ClientOptions {
  /** Variables with the credentials. Default: those of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends all requests. */
  readonly signal?: AbortSignal | undefined;
}

/** The longest time for an answer. */
const REQUEST_MS = 10_000;

/** The same for a file, which may be large. */
const UPLOAD_MS = 120_000;

/** A client; credentials come from the environment alone, as MLflow's own client takes them. */
export function trackingClient(uri: string, { env = process.env, signal }: ClientOptions = {}): TrackingClient {
  const authorization = credentials(env);
  const send = async (path: string, { timeout, ...init }: RequestInit & { readonly timeout: number }) => {
    const signals = [AbortSignal.timeout(timeout), ...(signal ? [signal] : [])];
    const headers = { ...init.headers, ...(authorization ? { authorization } : {}) };
    return answered(uri, () => fetch(`${uri}/api/2.0/${path}`, { ...init, headers, signal: AbortSignal.any(signals) }));
  };
  return {
    get: (path, query) => send(`mlflow/${path}?${new URLSearchParams(query)}`, { timeout: REQUEST_MS }),
    post: (path, body) =>
      send(`mlflow/${path}`, {
        timeout: REQUEST_MS,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async upload(path, content) {
      const segments = path.split('/').map(encodeURIComponent).join('/');
      const headers = { 'content-type': 'application/octet-stream' };
      await send(`mlflow-artifacts/artifacts/${segments}`, {
        timeout: UPLOAD_MS,
        method: 'PUT',
        headers,
        body: content,
      });
    },
  };
}

/** The precedence is that of MLflow's own client. */
function credentials(env: NodeJS.ProcessEnv): string | undefined {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password, MLFLOW_TRACKING_TOKEN: token } = env;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return token ? `Bearer ${token}` : undefined;
}

/** The answer to a request. A busy server, or a proxy whose server is away, counts as away. */
async function answered(uri: string, request: () => Promise<Response>): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await request();
    text = await response.text();
  } catch (error) {
    throw new AwayError(`${uri} does not answer (${reasonOf(error as Error)})`);
  }
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408) throw new AwayError(`${uri} answers ${status}`);
  const answer = parsed(text);
  if (!response.ok) throw refusal(uri, status, answer);
  if (answer === undefined) throw new RefusedError(`${uri} answers no JSON: it is no MLflow tracking server`);
  return answer;
}

/** Node hides the reason of a failed request in its cause. */
const reasonOf = ({ message, cause }: Error): string =>
  (cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error | undefined)?.message ?? message;

function refusal(uri: string, status: number, answer: Answer): RefusedError {
  const code = typeof answer?.error_code === 'string' ? answer.error_code : '';
  const message = typeof answer?.message === 'string' ? answer.message.split('\n')[0].slice(0, 200) : '';
  return new RefusedError(`${uri} answers ${[status, code, message].filter((each) => each !== '').join(' ')}`, code);
}

function parsed(text: string): Answer {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
