// Every example of every page as a file in the clone's root. The tests of the packages try them in an empty project.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Failures, runErrors, typeErrors, writeExamples } from './example-project.ts';
import { allExamples, allUnknownBlocks, type Example, examplesOf, unknownBlocks } from './examples.ts';

/**
 * Beside the root's node_modules and below its package.json, as a reader's file is; git and the architecture test pass
 * it over.
 */
const folder = mkdtempSync(fileURLToPath(new URL('../../.examples-', import.meta.url)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The template's folder: its tsconfig checks a reader's own experiment. */
const template = fileURLToPath(new URL('../../experiments/template', import.meta.url));
const tsconfig = join(template, 'tsconfig.json');

const { examples, long } = allExamples();
const short = examples.filter((example) => !long.has(example));
const filesOf = (some: readonly Example[], name: string) => writeExamples(join(folder, name), some);

/** Examples that fail, beside the good ones: one process runs all, and one program checks the types of these. */
const broken = examplesOf(
  'page.md',
  '```ts\nconst a: number = 1;\nexport { a };\n```\ntext\n```ts\nthrow new Error("no such flow");\nexport {};\n```\n```ts\nexport const b: string = 2;\n```\n',
).examples;
const isBroken = ([name]: readonly [string, string]) => name.startsWith('page.md');

describe('every example, as a file in the clone’s root,', () => {
  let runs: Failures | undefined;
  let types: Failures | undefined;
  const tried = [...broken.slice(0, 2), ...short, ...broken.slice(2)];
  const ran = () => (runs ??= runErrors(filesOf(tried, 'run'), tried));
  const checked = () =>
    (types ??= typeErrors(tsconfig, [...filesOf(broken, 'broken'), join(template, 'run.ts')], broken));

  it('is one of many; the template type-checks, and the examples do beside packed packages', () => {
    expect(examples.length).toBeGreaterThanOrEqual(15); // the README, the packages and the guide
    expect(checked().filter((failure) => !isBroken(failure))).toEqual([]);
  });

  it(`runs${[...long].map(({ name }) => `, but ${name}, which takes minutes`).join('')}`, () => {
    expect(ran().filter((failure) => !isBroken(failure))).toEqual([]);
  });

  it('is named where it fails', () => {
    expect(ran().filter(isBroken)).toEqual([['page.md, block 2', 'Error: no such flow']]);
    expect(checked().filter(isBroken)).toEqual([
      ['page.md, block 3', "Type 'number' is not assignable to type 'string'."],
    ]);
  });
});

it('an example that takes minutes says so right above', () => {
  const page = '```ts\na();\n```\nThis takes five minutes:\n\n```ts\nb();\n```\n';
  expect([...examplesOf('page.md', page).long].map(({ name }) => name)).toEqual(['page.md, block 2']);
});

it('every block is in a language that a test looks at', () => {
  expect(allUnknownBlocks()).toEqual([]);
  const page = '```ts\n```\n```\nplain\n```\n~~~js\n~~~\n  ```toml\n  ```\n';
  expect(unknownBlocks('page.md', page)).toEqual(['page.md: no language', 'page.md: ~~~js', 'page.md: toml']);
});
