// ONNX Runtime in a page, by onnxruntime-web, in the form of onnxruntime-node. The page serves its .wasm files, and
// says where they are by `runtimeFolder`, or by `env.wasm.wasmPaths` of onnxruntime-web.
import type { Runtime } from '../sessions/runtime.ts';

type Web = typeof import('onnxruntime-web/wasm');
type Session = Awaited<ReturnType<Runtime['InferenceSession']['create']>>;
type Options = NonNullable<Parameters<Web['InferenceSession']['create']>[1]>;

const loading = new Map<boolean, Promise<Runtime | string>>();
let folder: string | undefined;

/**
 * Says where the page serves the files of onnxruntime-web, before the runtime is first loaded.
 *
 * @param url the folder's address, with a slash at its end
 */
export function runtimeFolder(url: string): void {
  folder = url;
}

/** Loads onnxruntime-web once, in its build for processors or in that for graphics cards. */
export function loadRuntime(isOnDevice = false): Promise<Runtime | string> {
  const known = loading.get(isOnDevice) ?? load(isOnDevice);
  loading.set(isOnDevice, known);
  return known;
}

async function load(isOnDevice: boolean): Promise<Runtime | string> {
  try {
    const web: Web = isOnDevice ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
    if (folder !== undefined) web.env.wasm.wasmPaths = folder;
    const create = inTurn(async (model: Uint8Array, options: Options) => {
      threadsOf(web, options);
      return withFetches(await web.InferenceSession.create(model, options));
    });
    return {
      InferenceSession: { create } as Runtime['InferenceSession'],
      Tensor: web.Tensor as Runtime['Tensor'],
      version: web.env.versions.web ?? 'unknown',
      stopsBeforeCopies: false,
    };
  } catch (error) {
    return String(error instanceof Error ? error.message : error).split('\n')[0]!;
  }
}

/** Makes one session after the other: onnxruntime-web 1.30 refuses to make two on a graphics card at a time. */
function inTurn<A extends unknown[], T>(create: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const made = last.then(() => create(...args));
    last = made.catch(() => {}); // the caller of that session gets the error
    return made;
  };
}

/** The first session decides the number of threads of all: onnxruntime-web starts them once, for the whole page. */
function threadsOf({ env }: Web, { intraOpNumThreads = 1 }: Options): void {
  env.wasm.numThreads = intraOpNumThreads;
}

/**
 * A session that writes outputs into the given arrays: onnxruntime-web 1.30 leaves those of processors as they were
 * (its issue 25786).
 */
function withFetches(session: Session): Session {
  return {
    async run(
      feeds: Parameters<Session['run']>[0],
      fetches?: Readonly<Record<string, { readonly data: unknown } | null>>,
    ) {
      if (!fetches) return session.run(feeds);
      const results = await session.run(feeds, Object.keys(fetches));
      for (const [name, given] of Object.entries(fetches)) {
        if (given) (given.data as Float32Array).set(results[name]!.data as Float32Array);
      }
      return results;
    },
    release: () => session.release(),
  } as Session;
}
