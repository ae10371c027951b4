// Section `evaluation`: importance samples for log p(x), and the whole test set.
import { tf } from 'flowvae';
import { bareEvaluation } from '../contenders/bare-evaluation.ts';
import { eagerBackends } from '../contenders/eager-backends.ts';
import { evaluation as compiled, eagerEvaluation, wholeEvaluation } from '../contenders/evaluation.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn, merged } from '../measurement.ts';
import type { Options } from '../options.ts';
import { HIDDEN, type Setting } from '../setting.ts';
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';

/** Samples S for each image, and the factor by which fewer images than `--images` are taken with them. */
const samplings = [
  { samples: 200, fewer: 1 },
  { samples: 5000, fewer: 25 },
] as const;

/** MNIST's test set is ten times the default of `--images`. */
const WHOLE = 10;

export const evaluation: Section = {
  title: 'importance samples for log p(x), K = 10',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      const setting = { layers: options.layers?.at(-1) ?? 10, hidden: HIDDEN, threads };
      for (const { samples, fewer } of samplings) {
        rows.push(await sampleRow(setting, samples, { ...options, images: Math.ceil(options.images / fewer) }));
      }
      rows.push(await wholeRow(setting, options));
    }
    return rows;
  },
};

async function sampleRow(setting: Setting, samples: number, options: Options): Promise<Row> {
  await tf.setBackend('cpu');
  const { images } = options;
  const label = `evaluation, S = ${samples}, threads ${setting.threads}`;
  const repetitions = { rounds: fewRounds(options), count: images, label };
  const groups = [
    await measureInTurn(
      [
        compiled(setting, samples),
        bareEvaluation(setting, samples),
        ...pythonPeers({ task: 'evaluation', samples }, setting, options),
      ],
      repetitions,
    ),
  ];
  for (const backend of eagerBackends) {
    groups.push(
      await measureInTurn([eagerEvaluation(setting, samples, { backend, options })], { ...repetitions, rounds: 1 }),
    );
  }
  await tf.setBackend('cpu');
  return {
    setting: { ...setting, samples, images },
    unit: 'µs per sample',
    facts: {},
    ...merged(groups),
  };
}

/** Seconds for the whole call on ten times the images: nothing is extrapolated. */
async function wholeRow(setting: Setting, { images }: Options): Promise<Row> {
  const { samples } = samplings[0];
  const count = WHOLE * images;
  const label = `evaluation of ${count} images`;
  const measured = await measureInTurn([wholeEvaluation(setting, samples)], { rounds: 1, count, label });
  return { setting: { ...setting, samples, images: count }, unit: 's', facts: {}, ...measured };
}
