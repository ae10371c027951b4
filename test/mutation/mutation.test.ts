// The mutation tester itself: which mutants it makes, that marks change nothing, that explanations are of mutants that
// exist, and that it sees a mutant die.
import ts from 'typescript';
import { afterAll, expect, it } from 'vitest';
import { explained } from './explained.ts';
import { edited } from './mutant.ts';
import { mutantsOf, withMarks } from './mutants.ts';
import { textOf } from './rooms.ts';
import { interval, sampled } from './sample.ts';
import { Suite } from './suite.ts';
import { formatTable } from './table.ts';

const source = `
import { tf } from '@flowvae/tensor';
const LEAST = 1e-3;
export function f(x: Tensor1D, { steps = 1 }: { readonly steps?: 1 | 2 }): Tensor1D {
  if (steps < 2) throw new RangeError('a + b');
  for (const one of x) show(one);
  return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 7);
}
`;

it('mutantsOf changes one place of code at a time, and neither types nor texts of errors', () => {
  const lines = mutantsOf('f.ts', source).map(({ line, after }) => `${line}: ${after}`);
  expect(lines).toEqual([
    '3: const LEAST = 0;',
    '3: const LEAST = 0.1;',
    '4: export function f(x: Tensor1D, { steps = 0 }: { readonly steps?: 1 | 2 }): Tensor1D {',
    "5: if (true) throw new RangeError('a + b');",
    "5: if (false) throw new RangeError('a + b');",
    "5: if (steps <= 2) throw new RangeError('a + b');",
    "5: if (steps < 3) throw new RangeError('a + b');",
    '6: for (const one of x) ;',
    '7: return (tf.add(x, LEAST));',
    '7: return (tf.where(x, -steps, steps ?? 7));',
    '7: return steps * 3 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 4 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 3 !== 0 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 3 === 1 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 3 === 0 ? tf.sub(x, LEAST) : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 3 === 0 ? x : tf.where(x, -steps, steps ?? 7);',
    '7: return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, steps ?? 7, steps ?? 7);',
    '7: return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, steps, steps ?? 7);',
    '7: return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, -steps);',
    '7: return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, 7);',
    '7: return steps % 3 === 0 ? tf.add(x, LEAST) : tf.where(x, -steps, steps ?? 8);',
  ]);
});

it('mutantsOf doubles a number that one more does not change', () => {
  expect(mutantsOf('f.ts', 'f(1e30, 41);').map(({ after }) => after)).toEqual([';', 'f(2e+30, 41);', 'f(1e30, 42);']);
});

it.each([
  'flows/src/import/normflows',
  'flows/src/frames/rational-quadratic',
  'objectives/src/importance-sampling',
  'evaluation/src/evaluate',
])('withMarks leaves %s a program', (name) => {
  const text = textOf(`packages/${name}.ts`);
  const sites = mutantsOf(name, text).map(({ site }) => [`${site.start}:${site.end}`, site] as const);
  const marked = withMarks(text, [...new Map(sites).values()], (i) => `m[${i}]=1`);
  const { diagnostics } = ts.transpileModule(marked, { reportDiagnostics: true });
  expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  expect(marked).toContain('(m[0]=1,');
});

it('the list of explained mutants has existing ones, each once, with a reason', () => {
  const names = explained.flatMap(({ file, before, after, reason }) => {
    expect(reason).not.toBe('');
    return after.map((line) => JSON.stringify([file, before, line]));
  });
  const files = [...new Set(explained.map(({ file }) => file))];
  const known = new Set(
    files.flatMap((file) =>
      mutantsOf(file, textOf(file)).map(({ before, after }) => JSON.stringify([file, before, after])),
    ),
  );
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

it('sampled grows: a larger sample holds the smaller one', () => {
  const all = mutantsOf('f.ts', source);
  const [few, more] = [sampled(all, 5, 3), sampled(all, 9, 3)];
  expect(more.slice(0, 5)).toEqual(few);
  expect(sampled(all, 5, 4)).not.toEqual(few);
});

it('interval is that of Wilson', () => {
  expect(interval(8, 10)).toEqual([expect.closeTo(0.4902, 4), expect.closeTo(0.9433, 4)]);
  expect(interval(0, 0)).toEqual([0, 1]);
});

it('formatTable counts killed and surviving mutants', () => {
  const mutants = mutantsOf('packages/flows/src/f.ts', source);
  const ends = ['killed', 'killed', 'survived', 'timed out'] as const;
  const judged = ends.map((end, i) => ({
    mutant: mutants[i]!,
    verdict: { end, ran: 1, leftOut: 0, budget: null, seconds: 1 },
  }));
  expect(formatTable(mutants, judged).split('\n').at(-1)).toBe(
    `| **all** | ${mutants.length} | 4 | 2 | 1 | 0 | 1 | 75.0 % (30.1 % to 95.4 %) |`,
  );
});

const suite = new Suite();
afterAll(() => suite.close());

it('Suite sees a mutant die in memory, and the source as it is pass', async () => {
  const file = 'packages/objectives/src/importance-sampling.ts';
  const request = { file: 'test/objectives/log-mean-exp.test.ts', timeout: 60_000 };
  const mutant = mutantsOf(file, textOf(file)).find(({ after }) => after === 'this.#count -= logWeights.length;')!;
  await suite.change(file, edited(textOf(file), mutant.edit));
  expect((await suite.run(request)).end).toBe('failed');
  await suite.change(file, undefined);
  expect(await suite.run(request)).toMatchObject({ end: 'passed' });
});
