// A small server in this process that plays the part of MLflow's REST API 2.0 that runs are sent by, with its limits,
// and that can go away.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { afterAll } from 'vitest';

/** A run as the server knows it. */
export interface ServedRun {
  readonly experiment: string;
  readonly tags: Record<string, string>;
  readonly params: Record<string, string>;
  /** Each once: MLflow drops a point that it has. */
  readonly metrics: Map<string, ServedMetric>;
  readonly files: Map<string, Buffer>;
  status: string;
  readonly start: number;
  end?: number;
}

interface ServedMetric {
  readonly key: string;
  readonly value: number | string;
  readonly step: number;
  readonly timestamp: number;
}

/**
 * The fate of a request. `away`: the connection breaks before it is read; `lost`: it is done, and the connection
 * breaks before the answer; `busy`: 503; `silent`: no answer, ever; `forbidden`: 403.
 */
export type Fate = 'answered' | 'away' | 'lost' | 'busy' | 'silent' | 'forbidden';

/** Whether MLflow takes a name: letters, digits and `_-. /`, at most 250, and the same as a path. */
export const isKey = (key: string) =>
  /^[\p{L}\p{N}_\-. /]{1,250}$/u.test(key) && posix.normalize(key) === key && !/^(\.|\/)|\/$/.test(key);

/** An answer in place of the server's own. */
export interface Other {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that was answered. */
interface Request {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly connection: string | undefined;
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message = '') {
    super(message);
    this.code = code;
  }
}

/** A tracking server. */
export class TrackingServer {
  readonly runs = new Map<string, ServedRun>();
  readonly requests: Request[] = [];
  readonly #experiments: string[] = ['Default'];
  /** Where its runs keep files. */
  store = 'mlflow-artifacts:';
  /** Decides about the request with a number, from 0. */
  fateOf: (number: number) => Fate = () => 'answered';
  /** Answers instead of the server, by method and path. */
  otherwise: (action: string) => Other | undefined = () => undefined;
  readonly deleted = new Set<string>();
  #count = 0;
  #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts a server that ends after the tests of the file. */
  static async start(): Promise<TrackingServer> {
    const server = new TrackingServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    afterAll(() => {
      server.#server.close();
      server.#server.closeAllConnections();
    });
    return server;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The only run. */
  get run(): ServedRun {
    const [run, ...others] = this.runs.values();
    if (!run || others.length > 0) throw new Error(`${this.runs.size} runs`);
    return run;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fate = this.fateOf(this.#count++);
    if (fate === 'away') return void request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (fate === 'silent') return;
    if (fate === 'busy') return void response.writeHead(503).end('no such backend');
    if (fate === 'forbidden') return void response.writeHead(403).end('{"error_code":"PERMISSION_DENIED"}');
    const url = new URL(request.url!, this.uri);
    const { authorization, connection } = request.headers;
    this.requests.push({ path: url.pathname, authorization, connection });
    const other = this.otherwise(`${request.method} ${url.pathname}`);
    if (other) return void response.writeHead(other.status ?? 200, other.headers).end(other.body);
    const [status, answer] = this.#answer(request.method!, url, Buffer.concat(chunks));
    if (fate === 'lost') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #answer(method: string, url: URL, body: Buffer): [number, object] {
    try {
      const files = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/\d+\/([^/]+)\/artifacts\/(.+)$/.exec(url.pathname);
      if (files && method === 'PUT') {
        this.#runOf(files[1]!).files.set(decodeURIComponent(files[2]!), body);
        return [200, {}];
      }
      const action = /^\/api\/2\.0\/mlflow\/(.+)$/.exec(url.pathname)?.[1] ?? '';
      const given = method === 'GET' ? Object.fromEntries(url.searchParams) : JSON.parse(body.toString());
      if (body.length > 1e6) throw new Refusal('INVALID_PARAMETER_VALUE', 'more than 1 MB');
      return [200, this.#do(`${method} ${action}`, given)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [error.code === 'RESOURCE_DOES_NOT_EXIST' ? 404 : 400, { error_code: error.code, message: error.message }];
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of a request
  #do(action: string, given: any): object {
    switch (action) {
      case 'GET experiments/get-by-name': {
        const id = this.#experiments.indexOf(given.experiment_name);
        if (id < 0) throw new Refusal('RESOURCE_DOES_NOT_EXIST');
        const stage = this.deleted.has(given.experiment_name) ? 'deleted' : 'active';
        return { experiment: { experiment_id: String(id), lifecycle_stage: stage } };
      }
      case 'POST experiments/create':
        if (this.#experiments.includes(given.name)) throw new Refusal('RESOURCE_ALREADY_EXISTS');
        return { experiment_id: String(this.#experiments.push(given.name) - 1) };
      case 'POST runs/search': {
        const [, tag, value] = /^tags\.`(.+)` = '(.+)'$/.exec(given.filter)!;
        const runs = [...this.runs].filter(([, { tags }]) => tags[tag!] === value);
        return { runs: runs.map(([id]) => this.#described(id)) };
      }
      case 'POST runs/create': {
        const id = `run${this.runs.size}`;
        const tags = Object.fromEntries(
          given.tags.map(({ key, value }: { key: string; value: string }) => [key, value]),
        );
        const experiment = this.#experiments[Number(given.experiment_id)];
        if (experiment === undefined) throw new Refusal('RESOURCE_DOES_NOT_EXIST');
        tags['mlflow.runName'] = given.run_name;
        const empty = { params: {}, metrics: new Map(), files: new Map() };
        this.runs.set(id, { experiment, tags, ...empty, status: 'RUNNING', start: given.start_time });
        return { run: this.#described(id) };
      }
      case 'POST runs/update':
        Object.assign(this.#runOf(given.run_id), { status: given.status, end: given.end_time });
        return {};
      case 'POST runs/log-batch':
        this.#log(this.#runOf(given.run_id), given);
        return {};
      default:
        throw new Refusal('ENDPOINT_NOT_FOUND', action);
    }
  }

  #described(id: string) {
    const experiment = this.#experiments.indexOf(this.#runOf(id).experiment);
    const root = `${this.store}/${experiment}/${id}/artifacts`;
    return { info: { run_id: id, artifact_uri: root } };
  }

  #runOf(id: string): ServedRun {
    const run = this.runs.get(id);
    if (!run) throw new Refusal('RESOURCE_DOES_NOT_EXIST', `no run ${id}`);
    return run;
  }

  #log(run: ServedRun, { metrics = [], params = [] }: Record<'metrics' | 'params', ServedMetric[]>): void {
    const refuse = (isRefused: boolean, why: string) => {
      if (isRefused) throw new Refusal('INVALID_PARAMETER_VALUE', why);
    };
    refuse(metrics.length > 1000, 'more than 1000 metrics');
    refuse(params.length > 100, 'more than 100 params');
    for (const { key } of [...metrics, ...params]) refuse(!isKey(key), `the name ${key}`);
    for (const { key, value } of params) {
      refuse(typeof value !== 'string' || [...value].length > 500, `the value of ${key}`);
      refuse(run.params[key] !== undefined && run.params[key] !== value, `another value of ${key}`);
      run.params[key] = value as string;
    }
    for (const each of metrics) {
      const { key, value, step, timestamp } = each;
      const isNumber = typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string);
      refuse(!isNumber || !Number.isInteger(step) || !Number.isInteger(timestamp), JSON.stringify(each));
      run.metrics.set(JSON.stringify([key, value, step, timestamp]), each);
    }
  }
}
