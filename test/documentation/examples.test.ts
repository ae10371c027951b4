import { expect, it } from 'vitest';
import { allExamples, examplesOf, runExamples } from './examples.ts';

it('every example of every page runs', () => {
  const examples = allExamples();
  expect(examples.length).toBeGreaterThanOrEqual(15); // the README, twelve packages and the guide
  expect([...runExamples(examples)]).toEqual([]);
}, 240_000);

it('an example that fails is named', () => {
  const broken = examplesOf(
    'page.md',
    '```ts\nconst a: number = 1;\n```\ntext\n```ts\nthrow new Error("no such flow");\n```\n',
  );
  expect([...runExamples(broken)]).toEqual([['page.md, block 2', 'Error: no such flow']]);
});
