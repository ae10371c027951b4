// A user's modules, loaded by processes that run the command's compiled form: their files lie outside the repository.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import type { ModuleRecord } from '../../../packages/flowvae/src/modules/module-files.ts';
import { ended } from '../../processes/programs.ts';
import { userFolder } from './user-folder.ts';

interface Loaded {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly record: ModuleRecord;
}

/** Loads modules in a process of its own, which is started in their folder. */
async function loaded(folder: string, names: readonly string[]): Promise<(Loaded | { readonly error: string })[]> {
  const source = (path: string) => JSON.stringify(join(inject('compiledSources'), 'packages/flowvae/src', path));
  const code = `
    import { loadModule } from ${source('modules/load-module.js')};
    globalThis.own = () => import(${source('index.js')});
    const results = [];
    for (const name of ${JSON.stringify(names)}) {
      results.push(await loadModule(name, { option: '--plugin' }).catch((error) => ({ error: error.message })));
    }
    process.stdout.write(JSON.stringify(results));`;
  const { code: exit, stdout, stderr } = await ended([process.execPath, '--input-type=module', '-e', code], { folder });
  expect([exit, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const only = async (folder: string, name: string) => (await loaded(folder, [name]))[0]!;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whether the module's flowvae and TensorFlow.js are those of the process. */
const sameInstance = `
  import * as flowvae from 'flowvae';
  import { planar } from '@flowvae/flows';
  import { tensor1d } from '@tensorflow/tfjs-core';
  const own = await (globalThis as unknown as { own(): Promise<typeof flowvae> }).own();
  const x = tensor1d([1, 2]);
  export const facts: Record<string, boolean> = {
    flowvae: flowvae.ExpectationError === own.ExpectationError,
    rooms: planar === own.planar,
    tensors: x instanceof own.tf.Tensor && own.tf.sum(x).dataSync()[0] === 3,
  };`;

describe.concurrent('loadModule', () => {
  it('gives modules the one instance of flowvae and TensorFlow.js, whatever lies beside them', async () => {
    const copy = (name: string, code: string) => ({
      [`copies/node_modules/${name}/package.json`]: '{"name":"copy","type":"module","exports":"./index.js"}',
      [`copies/node_modules/${name}/index.js`]: code,
    });
    const folder = userFolder({
      'bare/mine.ts': sameInstance,
      'commonjs/mine.ts': sameInstance,
      'commonjs/package.json': '{"name":"mine"}',
      'modules/mine.ts': sameInstance,
      'modules/package.json': '{"type":"module"}',
      'copies/mine.ts': sameInstance,
      ...copy('flowvae', 'export const other = 1;'),
      ...copy('@tensorflow/tfjs-core', 'export const tensor1d = () => 1;'),
    });
    const names = ['bare', 'commonjs', 'modules', 'copies'].map((name) => `${name}/mine.ts`);
    const isOne = { exports: { facts: { flowvae: true, rooms: true, tensors: true } } };
    expect(await loaded(folder, names)).toMatchObject(names.map(() => isOne));
  });

  it('records the files of the module, not those of packages', async () => {
    const files = {
      'deep/mine.ts': `import { a } from '../beside.ts'; import { b } from './own/b.js'; import 'other';
        import data from './own/data.json' with { type: 'json' };
        import 'flowvae'; enum E { A = 3 } export const sum: number = a + b + E.A + data.n;`,
      'beside.ts': 'export const a: number = 1;',
      'deep/own/b.ts': 'export const b: number = 2; export const later = () => import("./never.ts");',
      'deep/own/data.json': '{"n":4}',
      'node_modules/other/package.json': '{"name":"other","type":"module","exports":"./index.js"}',
      'node_modules/other/index.js': 'import "./inner.js";',
      'node_modules/other/inner.js': '',
    };
    const folder = userFolder(files);
    const { exports, record } = (await only(folder, 'deep/mine.ts')) as Loaded;
    expect(exports).toEqual({ sum: 10 });
    expect(record).toEqual({
      path: join(folder, 'deep/mine.ts'),
      files: [
        { path: '../beside.ts', sha256: sha256(files['beside.ts']) },
        { path: 'mine.ts', sha256: sha256(files['deep/mine.ts']) },
        { path: 'own/b.ts', sha256: sha256(files['deep/own/b.ts']) },
        { path: 'own/data.json', sha256: sha256(files['deep/own/data.json']) },
      ],
    });
  });

  it('records files that two modules share with each', async () => {
    const folder = userFolder({
      'a.ts': "export { n } from './shared.js';",
      'b.ts': "export { n } from './shared.js';",
      'shared.ts': "export { n } from './deep.js';",
      'deep.js': 'export const n = 1;',
    });
    const results = (await loaded(folder, ['a.ts', 'b.ts', './a.ts'])) as Loaded[];
    expect(results.map(({ record }) => record.files.map(({ path }) => path))).toEqual([
      ['a.ts', 'deep.js', 'shared.ts'],
      ['b.ts', 'deep.js', 'shared.ts'],
      ['a.ts', 'deep.js', 'shared.ts'],
    ]);
  });

  it('finds a package by its name, from the folder of the process', async () => {
    const folder = userFolder({
      'node_modules/my-flows/package.json':
        '{"name":"my-flows","version":"1.2.3","type":"module","exports":{"import":"./dist/index.js"}}',
      'node_modules/my-flows/dist/index.js': "export { n } from './inner.js'; import 'flowvae'; import 'other';",
      'node_modules/my-flows/dist/inner.js': 'export const n = 1;',
      'node_modules/other/package.json': '{"name":"other","main":"index.js"}',
      'node_modules/other/index.js': 'module.exports = 2;',
    });
    expect(await only(folder, 'my-flows')).toMatchObject({
      exports: { n: 1 },
      record: {
        path: join(folder, 'node_modules/my-flows/dist/index.js'),
        package: 'my-flows',
        version: '1.2.3',
        files: [{ path: 'index.js' }, { path: 'inner.js' }],
      },
    });
  });

  it('refuses others in one line', async () => {
    const expected = {
      './none.ts': /^--plugin \.\/none\.ts: expected a module.*got no such file$/,
      'no-package': /^--plugin no-package: expected a module.*got neither a file nor a package of that name$/,
      './folder': /got a folder$/,
      'syntax.ts': /expected a module that loads, got .*syntax\.ts:2:1/,
      'missing.ts': /a module that loads, got Error.*Cannot find module '[^']*beside\.ts'/,
      'throws.ts': /got Error: oh no \([^ ]*throws\.ts:3:9\)$/,
    };
    const folder = userFolder({
      'folder/index.ts': '',
      'syntax.ts': 'export const a =\n = 1;',
      'missing.ts': "import './beside.ts';",
      'throws.ts': "const a: number = 1;\n\n  throw new Error('oh no');",
    });
    const results = (await loaded(folder, Object.keys(expected))) as { readonly error: string }[];
    expect(results.map(({ error }) => error)).toEqual(
      Object.values(expected).map((text) => expect.stringMatching(text)),
    );
  });
});
