// Section `page`: a training step in a browser page beside Node, and beside plain TensorFlow.js in the same page.
import { plainInPage, stepInNode, stepInPage } from '../contenders/page-step.ts';
import { measureInTurn } from '../measurement.ts';
import type { PageSize } from '../page/page-step.ts';
import { fewRounds, type Row, type Section } from './section.ts';

/** A model for a first look, and that of the paper. */
const sizes: readonly PageSize[] = [
  { hidden: [128], latent: 2, flow: 'planar*4' },
  { hidden: [400, 400], latent: 40, flow: 'planar*10' },
];

/** Backends of TensorFlow.js that have one thread. */
const single = ['webgl', 'cpu'] as const;

export const page: Section = {
  title: 'a training step in a page, on one thread and on two',
  async run(options) {
    const rows: Row[] = [];
    const given = options.layers?.map((layers) => ({
      hidden: options.widths.slice(0, 1),
      latent: 2,
      flow: `planar*${layers}`,
    }));
    for (const size of given ?? sizes) {
      const model = `${size.hidden.join('-')}, latent ${size.latent}, ${size.flow}`;
      for (const threads of options.threads ?? [1, 2]) {
        const candidates = [
          stepInPage({ way: 'fit', threads }, size),
          ...(threads === 1 ? [stepInNode(size)] : []),
          plainInPage({ way: 'wasm', threads }, size, options),
          ...(threads === 1 ? single.map((way) => plainInPage({ way, threads }, size, options)) : []),
        ];
        const repeated = { rounds: fewRounds(options), count: options.steps, label: `${model}, threads ${threads}` };
        const measured = await measureInTurn(candidates, repeated);
        rows.push({ setting: { model, threads }, unit: 'ms', facts: {}, ...measured });
      }
    }
    return rows;
  },
};
