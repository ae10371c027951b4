// For every law, small made-up repositories that break it, with what the law must report. A law that reports nothing is
// no law.
import { commentsAreNarrow } from './comment-law.ts';
import { noCycles } from './cycle-law.ts';
import type { FileMap } from './file-map.ts';
import * as imports from './import-laws.ts';
import * as layout from './layout-laws.ts';
import { fewPositionalParameters } from './parameter-law.ts';
import * as plain from './plain-laws.ts';

/** A law, and repositories that break it. */
export interface LawCase {
  readonly law: (files: FileMap) => string[];
  readonly mutants: Readonly<Record<string, { readonly files: FileMap; readonly reports: readonly string[] }>>;
}

const flow = 'packages/flows/src/planar.ts';
const manifest = (fields: object) => JSON.stringify(fields);
const mutant = (files: FileMap, ...reports: string[]) => ({ files, reports });

/** A package with an index and one more file. */
const offered = (index: string, ...lines: string[]): FileMap => ({
  'packages/flows/package.json': manifest({ exports: { '.': './src/index.ts' } }),
  'packages/flows/src/index.ts': index,
  [flow]: lines.join('\n'),
});

const flowsMay = 'flows may import distributions, random, tensor';

export const lawCases: readonly LawCase[] = [
  {
    law: imports.importsGoDown,
    mutants: {
      'a flow that trains itself': mutant(
        { [flow]: "import { fit } from '@flowvae/training';" },
        `${flow} → @flowvae/training: ${flowsMay}`,
      ),
      'an upward type': mutant(
        { [flow]: "import type { Vae } from '@flowvae/vae';" },
        `${flow} → @flowvae/vae: ${flowsMay}`,
      ),
      'an upward export': mutant({ [flow]: "export * from '@flowvae/runs';" }, `${flow} → @flowvae/runs: ${flowsMay}`),
      'an upward import()': mutant(
        { [flow]: "const later = () => import('flowvae');" },
        `${flow} → flowvae: ${flowsMay}`,
      ),
      'an upward type import()': mutant(
        { [flow]: "type V = import('@flowvae/vae').Vae;" },
        `${flow} → @flowvae/vae: ${flowsMay}`,
      ),
      'a sideways import': mutant(
        { 'packages/tensor/src/shape.ts': "import '@flowvae/random';" },
        'packages/tensor/src/shape.ts → @flowvae/random: tensor may import no other room',
      ),
    },
  },
  {
    law: imports.dependenciesGoDown,
    mutants: {
      'an upward dependency': mutant(
        { 'packages/flows/package.json': manifest({ dependencies: { '@flowvae/vae': 'workspace:*', zod: '4' } }) },
        'packages/flows/package.json → @flowvae/vae: flows must not depend on it',
      ),
      'a package without a row': mutant(
        { 'packages/extra/package.json': manifest({}) },
        'packages/extra/package.json: packages-table.ts has no row for extra',
      ),
    },
  },
  {
    law: imports.importsAreDeclared,
    mutants: {
      'an undeclared room': mutant(
        {
          [flow]: "import '@flowvae/tensor'; import 'node:fs'; import './x.ts';",
          'packages/flows/package.json': manifest({}),
        },
        `${flow} → @flowvae/tensor: packages/flows/package.json does not list @flowvae/tensor in dependencies`,
      ),
      'a development dependency used at run time': mutant(
        { [flow]: "import 'zod/v4';", 'packages/flows/package.json': manifest({ devDependencies: { zod: '4' } }) },
        `${flow} → zod/v4: packages/flows/package.json does not list zod in dependencies`,
      ),
      'an undeclared file by require.resolve': mutant(
        { 'packages/figures/src/font.ts': "require.resolve('some-font/a.ttf');" },
        'packages/figures/src/font.ts → some-font/a.ttf: packages/figures/package.json does not list some-font in dependencies',
      ),
    },
  },
  {
    law: imports.doorsAreKept,
    mutants: {
      'tfjs past the tensor room': mutant(
        { [flow]: "import type { Tensor } from '@tensorflow/tfjs-core';" },
        `${flow} → @tensorflow/tfjs-core: only tensor may import it`,
      ),
      'ONNX Runtime in the loop': mutant(
        { 'packages/training/src/fit.ts': "import * as ort from 'onnxruntime-node';" },
        'packages/training/src/fit.ts → onnxruntime-node: only compiler may import it',
      ),
    },
  },
  {
    law: imports.noDeepImports,
    mutants: {
      'a path inside a package': mutant(
        { 'test/flows/planar.test.ts': "import '@flowvae/flows/src/planar.ts';" },
        'test/flows/planar.test.ts → @flowvae/flows/src/planar.ts: import @flowvae/flows itself',
      ),
      'a third door': mutant(
        { 'test/flows/planar.test.ts': "import '@flowvae/flows/plainer';" },
        'test/flows/planar.test.ts → @flowvae/flows/plainer: import @flowvae/flows itself',
      ),
      'a relative path to a neighbour': mutant(
        { [flow]: "import '../../tensor/src/shape.ts';" },
        `${flow} → ../../tensor/src/shape.ts: reaches into packages/tensor; import @flowvae/tensor`,
      ),
      'a relative path from an experiment': mutant(
        { 'experiments/bench/run.ts': "await import('../../packages/vae/src/vae.ts');" },
        'experiments/bench/run.ts → ../../packages/vae/src/vae.ts: reaches into packages/vae; import @flowvae/vae',
      ),
    },
  },
  {
    law: imports.topIsNotImported,
    mutants: {
      'code that needs its test': mutant(
        { [flow]: "import '../../../test/cases/flows.ts';" },
        `${flow} → ../../../test/cases/flows.ts: nothing imports test/`,
      ),
      'an experiment that needs a test': mutant(
        { 'experiments/bench/run.ts': "import '../../test/cases/flows.ts';" },
        'experiments/bench/run.ts → ../../test/cases/flows.ts: nothing imports test/',
      ),
      'code that needs an experiment': mutant(
        { [flow]: "import '@flowvae/experiments';" },
        `${flow} → @flowvae/experiments: nothing imports experiments/`,
      ),
    },
  },
  {
    law: imports.indexIsForOthers,
    mutants: {
      'a file that imports its own barrel': mutant(
        { [flow]: "import { chain } from './index.ts';" },
        `${flow} → ./index.ts: import the sibling file, not the own index`,
      ),
      'a file that imports its own plain door': mutant(
        { [flow]: "import { flowNames } from './plain.ts';" },
        `${flow} → ./plain.ts: import the sibling file, not the own index`,
      ),
      'a package that imports itself by name': mutant(
        { [flow]: "import { chain } from '@flowvae/flows';" },
        `${flow} → @flowvae/flows: import the sibling file, not the own index`,
      ),
    },
  },
  {
    law: noCycles,
    mutants: {
      'three files in a ring': mutant(
        {
          'test/a.ts': "import './b.ts';",
          'test/b.ts': "export * from './c.ts';",
          'test/c.ts': "await import('./a.ts');",
        },
        'test/a.ts → test/b.ts → test/c.ts → test/a.ts',
      ),
      'a ring through a package name': mutant(
        {
          'packages/vae/src/index.ts': "export * from './vae.ts';",
          'packages/vae/src/vae.ts': "import '@flowvae/vae';",
        },
        'packages/vae/src/index.ts → packages/vae/src/vae.ts → packages/vae/src/index.ts',
      ),
      'a ring behind a shared file': mutant(
        {
          'test/a.ts': "import './z.ts';",
          'test/b.ts': "import './z.ts'; import './c.ts';",
          'test/c.ts': "import { type B } from './b.ts';",
        },
        'test/b.ts → test/c.ts → test/b.ts',
      ),
      'a ring of types': mutant(
        { 'test/a.ts': "import type { B } from './b.ts';", 'test/b.ts': "import { a } from './a.ts';" },
        'test/a.ts → test/b.ts → test/a.ts',
      ),
    },
  },
  {
    law: plain.plainCodeIsLight,
    mutants: {
      'a command that imports its work': mutant(
        {
          'packages/flowvae/src/command/main.ts': "import './train.ts';",
          'packages/flowvae/src/command/train.ts': "import { type Flow } from '@flowvae/flows';",
          'packages/flows/src/index.ts': "export { planar } from './planar.ts';",
          [flow]: "import { tf } from '@flowvae/tensor';",
          'packages/tensor/src/index.ts': "export * from './tensorflow.ts';",
          'packages/tensor/src/tensorflow.ts': "import '@tensorflow/tfjs-core';",
        },
        `packages/flowvae/src/command/main.ts → packages/flowvae/src/command/train.ts → packages/flows/src/index.ts → ${flow} → packages/tensor/src/index.ts → packages/tensor/src/tensorflow.ts → @tensorflow/tfjs-core`,
      ),
      'a plain door that is none': mutant(
        {
          'packages/figures/src/plain.ts': "export { canvas } from './canvas.ts';",
          'packages/figures/src/canvas.ts': "import '@napi-rs/canvas';",
        },
        'packages/figures/src/plain.ts → packages/figures/src/canvas.ts → @napi-rs/canvas',
      ),
    },
  },
  {
    law: plain.plainDoorsAreDeclared,
    mutants: {
      'a door that published packages lack': mutant(
        {
          'packages/flows/src/plain.ts': '',
          'packages/flows/package.json': manifest({ exports: { './plain': './src/plain.ts' } }),
        },
        'packages/flows/package.json: @flowvae/flows/plain: expected ./src/plain.ts, ./dist/plain.d.ts, ./dist/plain.js, got ./src/plain.ts',
      ),
      'a third door': mutant(
        { 'packages/flows/package.json': manifest({ exports: { './inside': './src/inside.ts' } }) },
        'packages/flows/package.json: ./inside: packages have no such door',
      ),
    },
  },
  {
    law: layout.topLevelIsFixed,
    mutants: {
      'a stray folder': mutant(
        { 'docs/a.md': '', 'vitest.config.ts': '' },
        ...['docs', 'vitest.config.ts'].map((e) => `${e}: does not belong at the top level`),
      ),
    },
  },
  {
    law: layout.noJunkDrawers,
    mutants: {
      'a drawer in any form': mutant(
        { 'test/utils/a.ts': '', 'packages/vae/src/helpers.ts': '', 'test/misc.test.ts': '', 'test/png-utils.ts': '' },
        ...['test/utils/a.ts', 'packages/vae/src/helpers.ts', 'test/misc.test.ts', 'test/png-utils.ts'].map(
          (path) => `${path}: name it after what it is for`,
        ),
      ),
    },
  },
  {
    law: commentsAreNarrow,
    mutants: {
      'comments of every kind, and no wide text': mutant(
        {
          'test/a.ts': [
            `// ${'a'.repeat(118)}`,
            `const a = 1; /* ${'b'.repeat(105)} */`,
            `const c = '${'c'.repeat(120)}';`,
          ].join('\n'),
          'test/b.ts': `/**\n * ${'d'.repeat(118)}\n */\nexport const d = 1;\n`,
        },
        ...['test/a.ts:1', 'test/a.ts:2', 'test/b.ts:2'].map((place) => `${place}: a comment ends behind column 120`),
      ),
    },
  },
  {
    law: layout.foldersAreSmall,
    mutants: {
      'a room without shelves': mutant(
        Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`packages/vae/src/networks/${i}.ts`, ''])),
        'packages/vae/src/networks: 17 files; put them on shelves of at most 16',
      ),
    },
  },
  {
    law: layout.onlyTheCommandKnowsFlags,
    mutants: {
      'an error that names a flag': mutant(
        {
          'packages/runs/src/a.ts': "const remedy = 'choose another with --out';\nconst where = `--checkpoint`;",
          'packages/flowvae/src/command/a.ts': "const flag = '--out';",
        },
        ...['1: --out', '2: --checkpoint'].map(
          (place) =>
            `packages/runs/src/a.ts:${place}: name the option in backticks, and the command makes a flag of it`,
        ),
      ),
    },
  },
  {
    law: layout.scriptsHaveOneName,
    mutants: {
      'no build': mutant(
        { 'packages/vae/package.json': manifest({}) },
        'packages/vae/package.json: lacks the script build',
      ),
      'WebAssembly under another name': mutant(
        {
          'packages/random/package.json': manifest({ scripts: { build: '', asc: '' } }),
          'packages/random/assembly/random.ts': '',
        },
        'packages/random/package.json: lacks the script build:wasm',
        'packages/random/package.json: script asc: packages know build, build:wasm, prepack only',
      ),
    },
  },
  {
    law: layout.packagesAreNotIgnored,
    mutants: {
      'a pattern for run folders that hits the package': mutant(
        { '.gitignore': 'node_modules/\nruns/\n' },
        '.gitignore: "runs/" hides packages/runs from git; write "/runs/"',
      ),
    },
  },
  {
    law: fewPositionalParameters,
    mutants: {
      'a function, exported under another name': mutant(
        offered("export { chain as joined } from './planar.ts';", 'export function chain(a, b, c, d) {}'),
        `${flow}:1: chain takes 4 parameters by position; give names to them`,
      ),
      'an arrow function, exported with all others of its file': mutant(
        offered("export * from './planar.ts';", 'export const chain = (a, b, c, d?) => a;'),
        `${flow}:1: chain takes 4 parameters by position; give names to them`,
      ),
      'a method of a class, one of an interface, and a callback': mutant(
        offered(
          "export * from './planar.ts';",
          'export class C {\n  move(a, b, c, d) {}\n  #own(a, b, c, d) {}\n  private other(a, b, c, d) {}\n}',
          'export interface I {\n  at(a, b, c, d): void;\n}',
          'export type F = (watch: (a, b, c, d) => void) => void;',
        ),
        `${flow}:2: C.move takes 4 parameters by position; give names to them`,
        `${flow}:7: I.at takes 4 parameters by position; give names to them`,
        `${flow}:9: F takes 4 parameters by position; give names to them`,
      ),
    },
  },
  {
    law: layout.noSwitchOnName,
    mutants: {
      'a branch on a flow': mutant(
        { [flow]: "const f = (flow) => {\n  switch (flow.name) { case 'planar': return 1; }\n};" },
        `${flow}:2: switch (flow.name): let the implementation declare what differs`,
      ),
    },
  },
];
