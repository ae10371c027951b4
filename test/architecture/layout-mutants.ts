// Small made-up repositories that break a law about places, names, texts and signatures.
import type { FileMap } from './file-map.ts';
import { flow, type LawCase, manifest, mutant } from './law-case.ts';
import * as layout from './layout-laws.ts';
import { fewPositionalParameters } from './parameter-law.ts';

/** A package with an index and one more file. */
const offered = (index: string, ...lines: string[]): FileMap => ({
  'packages/flows/package.json': manifest({ exports: { '.': './src/index.ts' } }),
  'packages/flows/src/index.ts': index,
  [flow]: lines.join('\n'),
});

export const layoutCases: readonly LawCase[] = [
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
        'packages/random/package.json: script asc: packages know build, build:wasm, build:page, prepack only',
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
