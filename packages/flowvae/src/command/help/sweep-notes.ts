// Notes below the options of `sweep --help`.
import type { Note } from './help-layout.ts';

export const sweepNotes: readonly Note[] = [
  'Every run has a run folder of its own under <folder>/runs/ and a log under <folder>/logs/. Ctrl-C stops all runs, ' +
    'but not jobs of slurm; --resume goes on with the same bytes at the end. A run that fails does not stop the others; the exit code is then 1.',
  {
    title: 'A sweep file:',
    items: {
      'vary: { flow: [none, "planar*10"] }':
        'every combination; a column may have a name: K: { setting: flow, values: { 0: none } }',
      'lr: { log: [1e-4, 1e-2] }':
        'a range: log, linear or whole, with search: { random: 20 } or search: { sobol: 16 }',
      'when: { flow: ["planar*10"] }': 'in a column: it varies only where the columns before it have these values',
      'settings, set, module, plugins, seeds': 'what all runs share; seeds: 3, or a list',
      'rows, exclude, only': 'runs as they are; runs to leave out; the only ones to keep',
    },
  },
  {
    title: 'Examples:',
    items: {
      "flowvae sweep --grid 'flow=none,planar*10' --seeds 3 --steps 500 --jobs 2": 'six runs, two at once',
      'flowvae sweep sweep.yaml --runner slurm --time-limit 4:00:00': 'a job array; each job goes on after its limit',
      'flowvae sweep sweep.yaml --list': 'the runs of a file',
      'flowvae sweep --resume runs/sweep --index 3': 'one run, as a job of a cluster',
    },
  },
];
