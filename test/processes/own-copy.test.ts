// The compiled copy that the command runs from inside the repository: here of a workspace of two small packages.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ended } from './programs.ts';

const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'flowvae-copy-')));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const at = (path: string) => join(workspace, path);

function write(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  symlinkSync(target, at(path));
}

const manifest = (name: string) => JSON.stringify({ name, type: 'module', exports: { '.': './src/index.ts' } });

const use = `import { readFileSync } from 'node:fs';
import { one } from '@small/base';
import { two } from './two.ts';
const beside: string = readFileSync(new URL('../wasm/beside.txt', import.meta.url), 'utf8');
console.log(one + two, beside, import.meta.url.endsWith('.js'));
`;

beforeAll(() => {
  cpSync(fileURLToPath(new URL('../../.build/compiled-copy.js', import.meta.url)), at('.build/compiled-copy.js'));
  link(dirname(createRequire(import.meta.url).resolve('esbuild/package.json')), 'node_modules/esbuild');
  write('.build/package.json', '{ "type": "module" }');
  write('packages/base/package.json', manifest('@small/base'));
  write('packages/base/src/index.ts', 'export const one: number = 1;\n');
  write('packages/use/package.json', manifest('use'));
  write('packages/use/wasm/beside.txt', 'beside');
  write('packages/use/src/index.ts', use);
  write('packages/use/src/two.ts', 'export const two: number = 2;\n');
  link(at('packages/base'), 'packages/use/node_modules/@small/base');
});

/** The output of the copy, brought up to date by a process of its own. */
async function said(): Promise<string> {
  const copy = JSON.stringify(pathToFileURL(at('.build/compiled-copy.js')).href);
  const program = `const { freshCopy } = await import(${copy}); await import((await freshCopy()) + '/packages/use/src/index.js');`;
  const { stdout, stderr } = await ended([process.execPath, '--input-type=module', '--eval', program], {});
  return stdout.trim() || stderr;
}

it('a copy runs as JavaScript, with the packages of the workspace and the files that are built beside them', async () => {
  expect(await said()).toBe('3 beside true');
});

it('a copy follows changed, new and removed files', async () => {
  write('packages/base/src/index.ts', 'export const one: number = 100;\n');
  expect(await said()).toBe('102 beside true');
  rmSync(at('packages/use/src/two.ts'));
  write('packages/use/src/three.ts', 'export const two: number = 3;\n');
  write('packages/use/src/index.ts', use.replace('two.ts', 'three.ts'));
  expect(await said()).toBe('103 beside true');
  expect(existsSync(at('node_modules/.cache/flowvae/packages/use/src/two.js'))).toBe(false);
});

it('a copy has a file whose ending changed, and needs no folder without a manifest', async () => {
  rmSync(at('packages/use/src/three.ts'));
  write('packages/use/src/three.js', 'export const two = 4;\n');
  write('packages/use/src/index.ts', use.replace('two.ts', 'three.js'));
  write('packages/left/node_modules/x.txt', '');
  write('packages/.DS_Store', '');
  expect(await said()).toBe('104 beside true');
});

it('a copy that is made anew loses the files of vanished sources', async () => {
  write('packages/use/src/gone.ts', '');
  await said();
  rmSync(at('packages/use/src/gone.ts'));
  write('.build/compiled-copy.js', `${readFileSync(at('.build/compiled-copy.js'), 'utf8')}\n`);
  expect(await said()).toBe('104 beside true');
  expect(existsSync(at('node_modules/.cache/flowvae/packages/use/src/gone.js'))).toBe(false);
});

it('a source that is no TypeScript is an error, and the copy is whole again after its mending', async () => {
  write('packages/base/src/index.ts', 'export const one: = 5;\n');
  expect(await said()).toContain('packages/base/src/index.ts:1:18');
  write('packages/base/src/index.ts', 'export const one: number = 5;\n');
  expect(await said()).toBe('9 beside true');
});
