// Section `passes`: the gain of each pass of the compiler, and of writing gradients in place.
import { type PassName, passNames } from '../compiler-parts.ts';
import { nodesOf, runOf, sessionOf, type TracedStep, tracedStep } from '../contenders/traced-step.ts';
import { type Candidate, measureInTurn, type Repetitions } from '../measurement.ts';
import type { Options } from '../options.ts';
import { HIDDEN } from '../setting.ts';
import { fewRounds, OURS, type Row, type Section } from './section.ts';

/** More steps would measure the same: there are many contenders, and each warms up for itself. */
const MOST_STEPS = 20;

/** Every pass alone left out, and all of them. */
const leftOut: Readonly<Record<string, readonly PassName[]>> = {
  [OURS]: [],
  ...Object.fromEntries(passNames.map((name) => [`without ${name}`, [name]])),
  'without any pass': passNames,
};

export const passes: Section = {
  title: 'loss and gradients with passes of the compiler left out, one thread',
  async run(options) {
    const rows: Row[] = [];
    const threads = options.threads?.at(-1) ?? 1;
    for (const layers of options.layers ?? [10, 80]) {
      for (const kernels of ['own', 'ONNX'] as const) {
        const setting = { layers, hidden: HIDDEN, threads };
        const step = await tracedStep(setting, kernels === 'own');
        for (const { unit, candidates, repetitions } of comparisons(step, options)) {
          const label = `passes, K = ${layers}, ${kernels} kernels, ${unit}`;
          const measured = await measureInTurn(candidates, { ...repetitions, label });
          rows.push({ setting: { ...setting, kernels }, unit, facts: {}, ...measured });
        }
      }
    }
    return rows;
  },
};

interface Comparison {
  readonly unit: string;
  readonly candidates: readonly Candidate[];
  readonly repetitions: Omit<Repetitions, 'label'>;
}

const comparisons = (step: TracedStep, options: Options): readonly Comparison[] => [
  {
    unit: 'ms',
    candidates: [
      ...eachLeftOut((name, without) => runOf(name, step, { without })),
      runOf('outputs copied as well', step, { delivery: 'copied' }),
      runOf('outputs gathered', step, { delivery: 'gathered' }),
    ],
    repetitions: { rounds: options.rounds, count: Math.min(options.steps, MOST_STEPS) },
  },
  {
    unit: 'ms to a session',
    candidates: eachLeftOut((name, without) => sessionOf(name, step, without)),
    repetitions: { rounds: fewRounds(options), count: 1 },
  },
  {
    unit: 'nodes',
    candidates: eachLeftOut((name, without) => nodesOf(name, step, without)),
    repetitions: { rounds: 1, count: 1 },
  },
];

/** A candidate for each. */
export const eachLeftOut = (candidate: (name: string, without: readonly PassName[]) => Candidate): Candidate[] =>
  Object.entries(leftOut).map(([name, without]) => candidate(name, without));
