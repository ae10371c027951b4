// Bundles tfjs-core's own operation tests, unmodified, with the backend that they are to run on.
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL('.', import.meta.url));
const compiler = fileURLToPath(new URL('../../packages/compiler/', import.meta.url));
const tfjsTests = dirname(require.resolve('@tensorflow/tfjs-core/dist/index.js'));

/** Everything in tfjs-core's package that is a test, by path from its `dist` folder. */
function testFiles(): string[] {
  const found = readdirSync(tfjsTests, { recursive: true, encoding: 'utf8' });
  return found.filter((path) => path.endsWith('_test.js')).toSorted();
}

/**
 * The environment first, then every test file, each after a line that says which one is being loaded, and at last the
 * run.
 */
function entry(): string {
  const loading = (file: string) => `import 'data:text/javascript,globalThis.conformanceFile=${JSON.stringify(file)}';`;
  const tests = testFiles().map((file) => `${loading(file)}\nimport '${join(tfjsTests, file)}';`);
  return ["import './environment.ts';", ...tests, "import './harness.ts';"].join('\n');
}

/**
 * jasmine is no module, but a script that needs sloppy mode; tfjs's tests and the harness must share one copy of it.
 */
const jasmineOutside: Plugin = {
  name: 'jasmine outside',
  setup({ onResolve }) {
    onResolve({ filter: /^jasmine-core\// }, ({ path }) => ({ path: require.resolve(path), external: true }));
  },
};

/**
 * Writes the bundle where Node finds the compiler's dependencies, in an ignored folder, and returns its path. One copy
 * of tfjs-core serves the tests and the backend; `sideEffects` annotations are ignored, or esbuild would drop the
 * tests.
 */
export async function bundleTests(): Promise<string> {
  const outfile = join(compiler, 'node_modules', '.conformance', 'tests.mjs');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: { contents: entry(), resolveDir: here },
    outfile,
    bundle: true,
    ignoreAnnotations: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', '@bufbuild/protobuf', '@tensorflow/tfjs-backend-wasm'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    plugins: [jasmineOutside],
    logLevel: 'error',
  });
  return relative(process.cwd(), outfile);
}
