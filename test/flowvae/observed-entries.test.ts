// The test NLL for each observed value: a category is one value, however many variables hold it.
import { completeConfig, type DataDescription, dataPoints, type Evaluation, key, planOf } from 'flowvae';
import { describe, expect, it } from 'vitest';
import { evaluationReport } from '../../packages/flowvae/src/report/report.ts';
import { modelOf } from '../../packages/flowvae/src/run/experiment.ts';

const column = (name: string, kind: 'number' | 'category' | 'bit', at: number, width = 1) => ({
  name,
  kind,
  at,
  width,
  classes: Array.from({ length: kind === 'category' ? width : 0 }, (_, i) => `c${i}`),
});
const table: DataDescription = {
  shape: [6],
  form: 'columns',
  range: [0, 1],
  hasMissing: false,
  columns: [column('size', 'number', 0), column('colour', 'category', 1, 4), column('bit', 'bit', 5)],
};
const evaluation = { images: 2, nll: 12, terms: {} } as unknown as Evaluation;

function perDimension(data: DataDescription, rows: readonly number[]): number | null {
  const plan = planOf(completeConfig({ data: 'table.csv', latent: 2, hidden: [4], flow: 'none' }), data);
  const test = dataPoints(Float32Array.from(rows), rows.length / 2);
  const parts = { plan, config: plan.config, model: modelOf(plan), data, key: key(0), test };
  return evaluationReport(parts, evaluation).testNllPerDimension;
}

describe('testNllPerDimension', () => {
  it('divides by the columns of a table', () => {
    expect(perDimension(table, new Array(12).fill(0))).toBe(12 / 3);
  });

  it('divides by the observed columns, mean over rows', () => {
    const observed = [0, 0, 1, 0, 0, 1, /* mask */ 0, 1, 1, 1, 1, 1];
    const others = [2, 0, 0, 0, 0, 0, /* mask */ 1, 0, 0, 0, 0, 0];
    expect(perDimension({ ...table, hasMissing: true }, [...observed, ...others])).toBe(12 / ((2 + 1) / 2));
  });

  it('divides by the observed values of data without columns', () => {
    const data: DataDescription = { shape: [3], form: 'real', range: [0, 4], hasMissing: true };
    expect(perDimension(data, [1, 0, 2, 1, 0, 1, /* next */ 0, 0, 4, 0, 0, 1])).toBe(12 / 1.5);
    expect(perDimension({ ...data, hasMissing: false }, [1, 0, 2, 0, 0, 4])).toBe(12 / 3);
  });
});
