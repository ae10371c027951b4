// The likelihood of tables: each column by its kind, or as the text says.
import { checkLayout, joint, oneHot } from '@flowvae/distributions';
import { ExpectationError, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { type ColumnRun, columnRuns, type NamedLayout } from './column-runs.ts';
import { logOfShare } from './initial-outputs.ts';
import type { Likelihood, LikelihoodParams, LikelihoodStart } from './likelihood.ts';
import { likelihoodMakers } from './likelihood-makers.ts';
import type { ColumnChoice } from './likelihood-table.ts';

/** A run with its likelihood, and its place in the variables that it shares with runs of the same text. */
interface Part extends ColumnRun {
  readonly likelihood: Omit<Likelihood, 'name' | 'data'>;
  readonly variableAt: number;
}

/**
 * `columns`, for a layout. Numbers are normal with a scale each, categories softmax, bits Bernoulli; `choices` say
 * otherwise. Numbers start at their mean and deviation (left out: 1), categories at the logarithm of their classes'
 * shares, bits at the logit of their mean.
 *
 * Of P variables that need different numbers of outputs each has the largest; the others leave theirs unused.
 * @throws ExpectationError without a layout, for one that has gaps, or for a choice that does not fit its column
 */
export function columnsLikelihood(
  layout: NamedLayout | undefined,
  choices: readonly ColumnChoice[] = [],
): Omit<Likelihood, 'name' | 'data'> {
  if (!layout) {
    throw new ExpectationError({
      where: 'likelihood columns',
      expected: 'the layout of the columns',
      received: 'none',
      remedy: "make it with parseLikelihood('columns', { columns: layout })",
    });
  }
  checkLayout(layout);
  const parts = partsOf(columnRuns(layout, choices));
  const outputsPerPixel = Math.max(...parts.map(({ likelihood }) => likelihood.outputsPerPixel));
  return {
    outputsPerPixel,
    layout,
    ...viewOf(parts),
    forms: parts.flatMap(({ form, width }) => Array.from({ length: width }, () => form)),
    start: (mean, deviation) => startOf(parts, { outputsPerPixel, mean, deviation }),
    at(outputs, params) {
      const observations = parts.map((part) => {
        const { likelihood, width } = part;
        return { p: likelihood.at(outputsOf(part, outputs, outputsPerPixel), ownParams(part, params)), width };
      });
      return joint(observations, { rows: outputs.shape[0], name: 'columns' });
    },
  };
}

const category: Omit<Likelihood, 'name' | 'data'> = {
  outputsPerPixel: 1,
  start: (mean) => ({ bias: mean.map(logOfShare), params: {} }),
  at: (logits) => oneHot({ logits }),
};

function partsOf(runs: readonly ColumnRun[]): readonly Part[] {
  const next = new Map<string, number>();
  return runs.map((run) => {
    const { prefix, width, terms } = run;
    const variableAt = next.get(prefix) ?? 0;
    next.set(prefix, variableAt + width);
    const likelihood = terms ? likelihoodMakers[terms.name](terms, { isEach: true }) : category;
    return { ...run, variableAt, likelihood };
  });
}

/** The encoder sees each column as its likelihood says. */
function viewOf(parts: readonly Part[]): Pick<Likelihood, 'encoderView'> {
  if (parts.every(({ likelihood }) => likelihood.encoderView === undefined)) return {};
  return {
    encoderView: (x) =>
      tf.concat(
        parts.map(({ at, width, likelihood: { encoderView = (own) => own } }) =>
          encoderView(tf.slice(x, [0, at], [-1, width])),
        ),
        1,
      ),
  };
}

/** Of [B, N·P], output n of variable p at n·P + p, those of a run. */
function outputsOf({ at, width, likelihood: { outputsPerPixel } }: Part, outputs: Tensor2D, most: number): Tensor2D {
  if (most === 1) return tf.slice(outputs, [0, at], [-1, width]);
  const rows = outputs.shape[0];
  const byOutput: Tensor3D = tf.reshape(outputs, [rows, most, -1]);
  return tf.reshape(tf.slice(byOutput, [0, 0, at], [-1, outputsPerPixel, width]), [rows, outputsPerPixel * width]);
}

/** The run's part of each variable. */
const ownParams = ({ prefix, variableAt, width }: Part, params: LikelihoodParams): LikelihoodParams =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
      .map(([name, each]) => [name.slice(prefix.length), tf.slice(each, [0, variableAt], [1, width])]),
  );

interface DataFacts {
  readonly outputsPerPixel: number;
  readonly mean: Float32Array;
  readonly deviation: Float32Array | undefined;
}

function startOf(parts: readonly Part[], { outputsPerPixel, mean, deviation }: DataFacts): LikelihoodStart {
  const bias = new Float32Array(outputsPerPixel * mean.length);
  const params: Record<string, number[]> = {};
  for (const { at, width, prefix, likelihood } of parts) {
    const own = likelihood.start(mean.subarray(at, at + width), deviation?.subarray(at, at + width));
    for (let n = 0; n < likelihood.outputsPerPixel; n++) {
      bias.set(own.bias.subarray(n * width, (n + 1) * width), n * mean.length + at);
    }
    for (const [name, values] of Object.entries(own.params)) {
      params[prefix + name] ??= [];
      for (const value of values) params[prefix + name]!.push(value);
    }
  }
  const asFloats = Object.entries(params).map(([name, values]) => [name, Float32Array.from(values)] as const);
  return { bias, params: Object.fromEntries(asFloats) };
}
