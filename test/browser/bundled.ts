// Bundles for browsers, as a user's own esbuild makes them: no plug-in, no polyfill.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Files by their paths beside the page. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** A program and its imports in one bundle, but for packages that match `outside`. */
export async function bundled(
  source: { readonly file: string } | { readonly text: string },
  outside: readonly string[] = [],
): Promise<Files> {
  const { outputFiles } = await build({
    ...('file' in source
      ? { entryPoints: { main: source.file } }
      : { stdin: { contents: source.text, resolveDir: here, sourcefile: 'main.ts', loader: 'ts' } }),
    absWorkingDir: here,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    external: [...outside],
    conditions: ['onnxruntime-web-use-extern-wasm'],
    outdir: 'out',
    write: false,
    logLevel: 'silent', // errors are thrown
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(`${here}out/`.length), contents]));
}
