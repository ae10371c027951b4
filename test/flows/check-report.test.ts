// The public checker's report: its lists, its verdict and its text; and the tallies that it is made of.
import { type CheckName, type FlowReport, printFlowReport } from '@flowvae/flows';
import { expect, it } from 'vitest';
import { reportOf } from '../../packages/flows/src/check/report.ts';
import { question, relativeError, tally, together } from '../../packages/flows/src/check/tally.ts';

type Outcome = FlowReport['outcomes'][number];

const outcome = (check: CheckName, given: Partial<Outcome> = {}): Outcome => ({
  check,
  dim: 2,
  scale: 1,
  judged: 10,
  planned: 10,
  kinds: {},
  findings: [],
  ...given,
});

it('reportOf lists three findings of an outcome, and counts the others', () => {
  const of = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);
  const { flow, ok, findings } = reportOf('mine', [
    outcome('logDet', { findings: of(3) }),
    outcome('rows', { findings: of(5), scale: 0.1, dim: 7 }),
    { ...outcome('fold'), check: 'start', findings: of(1), scale: undefined } as unknown as Outcome,
  ]);
  expect([flow, ok]).toEqual(['mine', false]);
  expect(findings).toEqual([
    ...of(3).map((finding) => `logDet in dimension 2 at scale 1: ${finding}`),
    ...[...of(3), 'and 2 more'].map((finding) => `rows in dimension 7 at scale 0.1: ${finding}`),
    'start in dimension 2: f0',
  ]);
});

it('reportOf passes if a tenth of each kind could be judged, over all scales', () => {
  const findingsOf = (...list: Outcome[]) => reportOf('mine', list).findings;
  const ask = 'comparisons could be judged; ask for smaller scales';
  expect(findingsOf(outcome('logDet', { judged: 1 }))).toEqual([]);
  expect(findingsOf(outcome('logDet', { judged: 0 }), outcome('logDet', { judged: 2, scale: 3 }))).toEqual([]);
  expect(findingsOf(outcome('logDet', { judged: 0 }), outcome('logDet', { judged: 1, scale: 3 }))).toEqual([
    `logDet in dimension 2: 1 of 20 ${ask}`,
  ]);
  expect(findingsOf(outcome('logDet', { judged: 0 }), outcome('logDet', { dim: 3 }), outcome('fold'))).toEqual([
    `logDet in dimension 2: 0 of 10 ${ask}`,
  ]);
  const kinds = { z: { judged: 10, planned: 10 }, 'log-det': { judged: 0, planned: 10 } };
  expect(findingsOf(outcome('roundTrip', { kinds }))).toEqual([`roundTrip in dimension 2, log-det: 0 of 10 ${ask}`]);
  expect(findingsOf(outcome('logDet', { judged: 0, planned: 0 }))).toEqual([`logDet in dimension 2: 0 of 0 ${ask}`]);
  expect(findingsOf()).toEqual(['no check that was asked for applies to this flow']);
});

it('printFlowReport aligns a line for each outcome, with its worst comparison and its verdict', () => {
  const found = (error: number, allowed: number) => ({ worst: { error, allowed, at: 'draw 0, point 1' } });
  const { scale: _, ...start } = outcome('start', { judged: 0 });
  const outcomes = [
    outcome('logDet', found(0.5, 0.25)),
    outcome('inverseGradients', { ...found(0, 1e-4), dim: 40, findings: ['f'] }),
    outcome('fold', { ...found(1, 0), findings: ['f'] }),
    outcome('finite', found(0, 0)),
    start,
  ];
  const print = (findings: readonly string[]) =>
    printFlowReport({ flow: 'mine', ok: findings.length === 0, outcomes, findings });
  expect(print(['one', 'two'])).toMatchInlineSnapshot(`
    "mine: 2 findings
      logDet            D = 2   scale 1  judged 10 of 10  error 5.0e-1, tolerance 2.5e-1 (draw 0, point 1)  OK
      inverseGradients  D = 40  scale 1  judged 10 of 10  error 0.0e+0, tolerance 1.0e-4 (draw 0, point 1)  WRONG
      fold              D = 2   scale 1  judged 10 of 10  draw 0, point 1                                   WRONG
      finite            D = 2   scale 1  judged 10 of 10                                                    OK
      start             D = 2   initial  judged 0 of 10                                                     not judged
    one
    two"
  `);
  expect(print(['one']).split('\n')[0]).toBe('mine: 1 finding');
  expect(print([]).split('\n')[0]).toBe('mine: OK');
});

it('tally: an error that is not a number is the worst and wrong, one of 0 is right whatever is allowed', () => {
  const one = (error: number, allowed: number, at: string) => ({ error, allowed, at, finding: () => `${error}` });
  const found = tally([one(9, 1, 'a'), one(Number.NaN, 1, 'b'), one(1, Number.NaN, 'c'), one(0, 0, 'd')]);
  expect(found.findings).toEqual(['a: 9', 'b: NaN', 'c: 1']);
  expect(found.worst!.at).toBe('b');
  expect(tally([one(0, 0, 'a'), one(1e-9, 1, 'b')]).worst!.at).toBe('b');
  expect(tally([undefined])).toEqual({ judged: 0, planned: 1, kinds: {}, findings: [] });
});

it('together numbers the draws', () => {
  const draws = [question(false, 'here', () => ''), question(true, 'there', () => 'no')].map((each) => tally([each]));
  expect(together(draws)).toEqual({
    judged: 2,
    planned: 2,
    kinds: {},
    worst: { error: 1, allowed: 0, at: 'draw 1, there' },
    findings: ['draw 1, there: no'],
  });
  expect(together([tally([]), draws[0]!]).worst).toEqual({ error: 0, allowed: 0, at: 'draw 1, here' });
});

it('relativeError is a share of the second number, if that is above 1', () => {
  expect([relativeError(1.5, 1), relativeError(3, -4), relativeError(0.5, 0.25)]).toEqual([0.5, 1.75, 0.25]);
});
