// The house keeps its laws: the repository breaks none, and every law reports the made-up repositories that do.
// In every quick run.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { noCycles } from './cycle-law.ts';
import { readRepository } from './file-map.ts';
import * as importLaws from './import-laws.ts';
import { importsOf, roomAt } from './imports.ts';
import * as layoutLaws from './layout-laws.ts';
import { lawCases } from './mutants.ts';
import { allowedRooms, roomsBelow } from './packages-table.ts';
import { fewPositionalParameters } from './parameter-law.ts';
import * as plainLaws from './plain-laws.ts';
import * as proseLaws from './prose-laws.ts';
import * as twinLaws from './twin-laws.ts';

const repository = readRepository(fileURLToPath(new URL('../..', import.meta.url)));
const laws = [
  ...Object.values(importLaws),
  ...Object.values(layoutLaws),
  ...Object.values(plainLaws),
  ...Object.values(proseLaws),
  ...Object.values(twinLaws),
  noCycles,
  fewPositionalParameters,
];

describe('the repository', () => {
  it.each(laws.map((law) => [law.name, law] as const))('keeps the law %s', (_, law) => {
    expect(law(repository)).toEqual([]);
  });

  it('is read whole: every package of the table is there, with imports that the laws can see', () => {
    const rooms = Object.keys(repository)
      .filter((path) => path.endsWith('/src/index.ts'))
      .map(roomAt);
    expect(rooms.toSorted()).toEqual(Object.keys(roomsBelow).toSorted());
    expect(importsOf(repository, (path) => path.startsWith('packages/tensor/')).length).toBeGreaterThan(5);
  });
});

describe.each(lawCases.map((lawCase) => [lawCase.law.name, lawCase] as const))('the law %s', (_, { law, mutants }) => {
  it.each(Object.entries(mutants))('reports %s', (__, { files, reports }) => {
    expect(law(files).toSorted()).toEqual(reports.toSorted());
  });

  it('has nothing to say about a sound repository', () => {
    expect(law(sound)).toEqual([]);
  });
});

it('every law has its mutants', () => {
  expect(laws.map((law) => law.name).toSorted()).toEqual(lawCases.map(({ law }) => law.name).toSorted());
});

it('a row of the table means that room and all the rooms under it', () => {
  expect([...allowedRooms('vae')].toSorted()).toEqual(['distributions', 'flows', 'random', 'tensor']);
  expect([...allowedRooms('flowvae')].length).toBe(Object.keys(roomsBelow).length - 1);
});

const sound = {
  'README.md': '',
  '.gitignore': 'node_modules/\n/runs/\n',
  'packages/flows/package.json': JSON.stringify({
    scripts: { build: 'tsc' },
    dependencies: { '@flowvae/tensor': 'workspace:*' },
    exports: { '.': './src/index.ts' },
  }),
  'packages/flows/src/index.ts': "export { planar } from './planar.ts';",
  // Words in texts and comments import nothing.
  'packages/flows/src/planar.ts': `
    import { readFileSync } from 'node:fs';
    import { tf } from '@flowvae/tensor';
    // import '@flowvae/training'
    const text = "import '@flowvae/training'";
    switch (text) { default: }
    export function planar(dim, options) { return (a, b, c, d) => inner(a, b, c, d); }
    const inner = (a, b, c, d) => d; // no other file sees it
  `,
  'packages/flows/src/shared-weights.ts': "import { planar } from './planar.ts';",
  // Type imports and later imports are not loaded.
  'packages/flowvae/src/command/main.ts': `
    import type { Flow } from '@flowvae/flows';
    import { ExpectationError } from '@flowvae/tensor/plain';
    await import('./work.ts');
  `,
  'packages/flowvae/src/command/work.ts': "import { planar } from '@flowvae/flows';",
  'packages/flowvae/package.json': JSON.stringify({
    scripts: { build: 'tsc' },
    dependencies: { '@flowvae/tensor': 'workspace:*', '@flowvae/flows': 'workspace:*' },
  }),
  'packages/tensor/src/index.ts': "import '@tensorflow/tfjs-core';",
  'packages/tensor/src/plain.ts': '',
  'packages/tensor/package.json': JSON.stringify({
    scripts: { build: 'tsc' },
    dependencies: { '@tensorflow/tfjs-core': '4' },
    exports: { '.': './src/index.ts', './plain': './src/plain.ts' },
    publishConfig: { exports: { '.': {}, './plain': { types: './dist/plain.d.ts', default: './dist/plain.js' } } },
  }),
  'test/flows/planar.test.ts': "import { planar } from '@flowvae/flows';",
  'test/flows/inside.test.ts': "import '../../packages/flows/src/shared-weights.ts';",
};
