// The hooks that a user's modules are loaded with: TypeScript, one instance of flowvae and TensorFlow.js, and the list
// of the files that were imported.
import nodeModule, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { userResolution } from './module-hooks.js';

type Owners = Parameters<typeof userResolution>[0];
type Import = Parameters<Parameters<typeof userResolution>[1]>[0];

/** Node 22.15 and newer can run hooks in this very thread. */
type RegisterHooks = (hooks: {
  resolve(specifier: string, context: nodeModule.ResolveHookContext, next: NextResolve): nodeModule.ResolveFnOutput;
}) => void;
type NextResolve = (specifier: string, context: nodeModule.ResolveHookContext) => nodeModule.ResolveFnOutput;

const imported = new Map<string, Set<string>>();
let started: Promise<void> | undefined;
let messages: MessagePort | undefined;

/** Starts the hooks, once for the whole process. */
export const startResolution = (): Promise<void> => {
  started ??= start();
  return started;
};

/** The URLs of all files that a module imports, directly or not, without those of packages that the command shares. */
export function importedFrom(root: string): string[] {
  for (let message = next(); message !== undefined; message = next()) note(message);
  const found = new Set<string>();
  const walk = (parent: string) => {
    for (const url of imported.get(parent) ?? []) {
      if (found.has(url)) continue;
      found.add(url);
      walk(url);
    }
  };
  walk(root);
  return [...found];
}

const next = (): Import | undefined => messages && receiveMessageOnPort(messages)?.message;

function note({ parent, url }: Import): void {
  const known = imported.get(parent) ?? new Set();
  imported.set(parent, known.add(url));
}

async function start(): Promise<void> {
  await registerTypeScript();
  const require = createRequire(import.meta.url);
  const owners: Owners = {
    flowvae: import.meta.url,
    tensor: pathToFileURL(require.resolve('@flowvae/tensor')).href,
  };
  const { registerHooks } = nodeModule as { readonly registerHooks?: RegisterHooks };
  if (registerHooks) {
    const { before, after } = userResolution(owners, note);
    registerHooks({
      resolve(given, context, nextResolve) {
        const { specifier, context: changed, parent } = before(given, context);
        const found = nextResolve(specifier, changed);
        return parent === undefined ? found : after(found, parent, changed);
      },
    });
    return;
  }
  const { port1, port2 } = new MessageChannel();
  messages = port1;
  nodeModule.register('./module-hooks.js', {
    parentURL: import.meta.url,
    data: { owners, port: port2 },
    transferList: [port2],
  });
}

/** The command's own sources, where they are TypeScript, run under such a loader already. */
async function registerTypeScript(): Promise<void> {
  if (import.meta.url.endsWith('.ts')) return;
  await loadRooms();
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: false });
}

/** Users' files import all rooms through flowvae. Behind hooks in another thread, their loading takes a second more. */
const loadRooms = (): Promise<unknown> =>
  Promise.all([
    import('@flowvae/comparison'),
    import('@flowvae/datasets'),
    import('@flowvae/figures'),
    import('@flowvae/inference'),
    import('@flowvae/sweeps'),
    import('@flowvae/vae'),
  ]);
