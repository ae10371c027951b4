// Notes below the options of `target --help`.
import type { Note } from './help-layout.ts';

export const targetNotes: readonly Note[] = [
  'All numbers are in nats. The run folder gets config.json, metrics.jsonl, checkpoints/, model.safetensors, draws.csv, report.json ' +
    'and figures/; of several restarts each has a folder under restarts/, and each guide of --compare one of its own. ' +
    'Ctrl-C stops after the current step and says how to resume; the end is the same, byte for byte.',
  {
    title: 'Guides (--flow); a formula gets an affine map at its end, unless it has one:',
    items: {
      'mean-field': 'a normal with independent dimensions',
      'full-rank': 'a normal with any covariance',
      'low-rank, low-rank(5)': 'a normal with a diagonal and a factor of that rank',
      'realnvp*4, planar*16-full': 'a flow formula, as of train --flow',
    },
  },
  {
    title: 'Objectives (--objective):',
    items: {
      'reverse-kl': 'the ELBO; --gradient stl scores log q at the draw with its parameters held fixed',
      'iwae(8), renyi(0.5,8)': 'bounds of several draws; --gradient dreg of iwae',
      'inclusive-kl(64), chi(64)': 'divergences that cover the target, by weighted draws',
      'bootstrap(64,4,5)':
        'draws of the guide that are annealed to the target over 4 temperatures, 5 leapfrog steps each',
      'forward-kl': 'maximum likelihood on draws of the target, from the part draws of the module',
    },
  },
  {
    title: 'Examples:',
    items: {
      'flowvae target banana.ts': 'realnvp*4, 2000 steps',
      "flowvae target banana.ts --flow 'planar*16' --restarts 3": 'three fits, of which the best is kept',
      "flowvae target banana.ts --compare 'mean-field,full-rank,realnvp*4'": 'a table of guides',
    },
  },
];
