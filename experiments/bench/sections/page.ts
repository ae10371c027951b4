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

export const page: Section = {
  title: 'a training step in a page, on one thread',
  async run(options) {
    const rows: Row[] = [];
    const given = options.layers?.map((layers) => ({
      hidden: options.widths.slice(0, 1),
      latent: 2,
      flow: `planar*${layers}`,
    }));
    for (const size of given ?? sizes) {
      const label = `${size.hidden.join('-')}, latent ${size.latent}, ${size.flow}`;
      const candidates = [
        stepInPage('flowvae', 'fit', size),
        stepInNode(size),
        ...(['wasm', 'webgl', 'cpu'] as const).map((backend) => plainInPage(backend, size, options)),
      ];
      const measured = await measureInTurn(candidates, { rounds: fewRounds(options), count: options.steps, label });
      rows.push({ setting: { model: label }, unit: 'ms', facts: {}, ...measured });
    }
    return rows;
  },
};
