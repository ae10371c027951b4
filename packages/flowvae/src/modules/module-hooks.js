// @ts-check How a user's files find their imports. JavaScript, because the thread of hooks of Node 20 loads nothing
// else.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Owners The files whose packages a user's files share with the command.
 * @property {string} flowvae the URL of a file of `flowvae`, which sees all rooms
 * @property {string} tensor the URL of a file of `@flowvae/tensor`, which sees TensorFlow.js
 */
/** @typedef {{ readonly parent: string, readonly url: string }} Import A module, and one that it imports. */
/** @typedef {import('node:module').ResolveHookContext} Context */
/** @typedef {{ url: string, format?: string | null | undefined, shortCircuit?: boolean | undefined }} Resolved */
/** @typedef {{ readonly specifier: string, readonly parentURL: string }} Root A module as a user named it. */

/** Names a module together with the place that it is searched from. */
const ROOT = 'flowvae-module:';

/** @param {Root} root */
export const rootSpecifier = (root) => `${ROOT}${encodeURIComponent(JSON.stringify(root))}`;

/** Packages with state of their own: a second copy would have other tensors, errors and kernels. */
const isShared = (/** @type {string} */ specifier) => /^(flowvae|@flowvae\/[^/]+)(\/|$)/.test(specifier);
const isTensorFlow = (/** @type {string} */ specifier) => /^@tensorflow\/tfjs-(core|layers)(\/|$)/.test(specifier);

/**
 * The resolution of imports in a user's files, and in the packages that they import; all others stay as they are.
 *
 * @param {Owners} owners
 * @param {(found: Import) => void} onImport called for every import of a user's file
 */
export function userResolution(owners, onImport) {
  /** @type {Set<string>} */
  const users = new Set();
  /** @param {string} specifier @param {Context} context */
  const before = (specifier, context) => {
    if (specifier.startsWith(ROOT)) {
      /** @type {Root} */
      const root = JSON.parse(decodeURIComponent(specifier.slice(ROOT.length)));
      return { specifier: root.specifier, context: { ...context, parentURL: root.parentURL }, parent: specifier };
    }
    const { parentURL } = context;
    if (parentURL === undefined || !users.has(parentURL)) return { specifier, context };
    if (isShared(specifier)) return { specifier, context: { ...context, parentURL: owners.flowvae } };
    if (isTensorFlow(specifier)) return { specifier, context: { ...context, parentURL: owners.tensor } };
    return { specifier, context, parent: parentURL };
  };
  /** @template {Resolved} R @param {R} found @param {string} parent @param {Context} context @returns {R} */
  const after = (found, parent, { conditions }) => {
    if (!found.url.startsWith('file:')) return found;
    const isModule = !conditions.includes('require') && isEsModule(found);
    const changed = isModule ? { ...found, url: withoutMark(found.url), format: 'module' } : found;
    users.add(changed.url);
    onImport({ parent, url: changed.url });
    return changed;
  };
  return { before, after };
}

/** TypeScript is always an ES module, whatever the next package.json says; JavaScript is one by its syntax. */
function isEsModule(/** @type {Resolved} */ { url, format }) {
  const { pathname } = new URL(url);
  if (pathname.includes('/node_modules/')) return false;
  if (/\.(ts|mts|tsx)(%3F[^/]*)?$/.test(pathname)) return true;
  if (!/\.js(%3F[^/]*)?$/.test(pathname) || format === 'module') return false;
  return /^\s*(import[\s{*"']|export[\s{*])/m.test(readFileSync(fileURLToPath(withoutMark(url)), 'utf8'));
}

/** tsx marks a file that it takes for CommonJS, in its query and behind its name. */
function withoutMark(/** @type {string} */ url) {
  if (!/[?&]tsx-commonjs-/.test(url)) return url;
  return new URL(new URL(url).pathname.replace(/%3F[^/]*$/, ''), 'file:').href;
}

/** @type {ReturnType<typeof userResolution> | undefined} */
let resolution;

/** In the thread of hooks. @param {{ owners: Owners, port: import('node:worker_threads').MessagePort }} data */
export function initialize({ owners, port }) {
  resolution = userResolution(owners, (found) => port.postMessage(found));
}

/** In the thread of hooks. @type {import('node:module').ResolveHook} */
export async function resolve(given, context, next) {
  const {
    specifier,
    context: changed,
    parent,
  } = /** @type {NonNullable<typeof resolution>} */ (resolution).before(given, context);
  const found = await next(specifier, changed);
  return parent === undefined
    ? found
    : /** @type {NonNullable<typeof resolution>} */ (resolution).after(found, parent, changed);
}
