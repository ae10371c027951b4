// Small made-up repositories that break a law about imports.
import { noCycles } from './cycle-law.ts';
import * as imports from './import-laws.ts';
import { flow, type LawCase, manifest, mutant } from './law-case.ts';
import * as plain from './plain-laws.ts';
import * as twins from './twin-laws.ts';

const flowsMay = 'flows may import distributions, random, tensor';

export const importCases: readonly LawCase[] = [
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
    law: twins.twinsAreImported,
    mutants: {
      'an import without a twin': mutant(
        { [flow]: "import '#file';", 'packages/flows/package.json': manifest({}) },
        `${flow} → #file: packages/flows/package.json has no such import`,
      ),
      'a twin without an import': mutant(
        { 'packages/flows/package.json': manifest({ imports: { '#file': { default: './src/file.ts' } } }) },
        'packages/flows/package.json: #file: no file imports it',
      ),
    },
  },
  {
    law: twins.twinsArePublished,
    mutants: {
      'a twin whose file is missing': mutant(
        {
          'packages/flows/package.json': manifest({
            imports: { '#file': { browser: './wasm/file.js', default: './src/file.ts' } },
          }),
        },
        'packages/flows/package.json: #file: a file is missing',
      ),
      'a twin that is published as its source': mutant(
        {
          'packages/flows/src/file.ts': '',
          'packages/flows/package.json': manifest({
            imports: { '#file': { browser: './wasm/file.js', default: './src/file.ts' } },
            publishConfig: { imports: { '#file': { browser: './wasm/file.js', default: './src/file.ts' } } },
          }),
        },
        'packages/flows/package.json: #file: expected ./wasm/file.js, ./dist/file.js to be published, got ./wasm/file.js, ./src/file.ts',
      ),
    },
  },
];
