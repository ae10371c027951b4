// The public checker: no right flow of the table is called wrong, and no wrong one passes. `pnpm check-flows` asks for
// more keys, and for as many draws and points as the checker's defaults.
import { checkFlow, parseFlow } from '@flowvae/flows';
import { fold, key } from '@flowvae/random';
import { describe, expect, it } from 'vitest';
import { flowTable } from '../../packages/flows/src/formula/flow-table.ts';
import { checkedFormulas, checkedPictures } from '../cases/checked-formulas.ts';
import { checkerMutants } from '../laws/checker-mutants.ts';

/** Gradients cost more than everything else: half the draws. */
const drawsFor = (check: string) => (/gradients/i.test(check) ? 1 : 2);

describe('checkFlow passes', () => {
  it('formulas of every row of the table', () => {
    const checked = [...checkedFormulas, ...checkedPictures.map(([formula]) => formula)];
    const rows = Object.keys(flowTable).filter((name) => !checked.some((formula) => formula.startsWith(name)));
    expect(rows).toEqual([]);
  });

  it.each(checkedFormulas.map((formula, i) => [formula, i] as const))('%s', (formula, i) => {
    const options = { key: fold(key(0), 'a quick check', i), dims: [i % 2 ? 2 : 5], draws: 2, points: 4 };
    expect(checkFlow((dim) => parseFlow(formula, dim), options).findings).toEqual([]);
  });
});

describe('checkFlow passes pictures', () => {
  it.each(checkedPictures)('%s', (formula, dim) => {
    const sizes = { dims: [dim], draws: 1, points: 2 };
    // ten couplings of convolutions in plain JavaScript: the laws of multi-scale flows judge the gradients
    const checks = formula.startsWith('image-realnvp')
      ? (['logDet', 'roundTrip', 'finite', 'start'] as const)
      : undefined;
    const options = { key: fold(key(0), 'a quick check', dim), ...sizes, ...(checks ? { checks } : {}) };
    expect(checkFlow((of) => parseFlow(formula, of), options).findings).toEqual([]);
  });
});

describe('checkFlow finds', () => {
  it.each(checkerMutants.map((mutant) => [mutant.name, mutant] as const))('%s', (_, { make, check }) => {
    const { ok, findings } = checkFlow(make, { key: key(0), checks: [check], draws: drawsFor(check), points: 4 });
    expect([ok, findings.length > 0 && findings[0]!.startsWith(check)]).toEqual([false, true]);
    expect(findings[0]).not.toContain('could be judged');
  });
});
