// Notes below the options of `density --help`.
import { dataNotes } from './data-notes.ts';
import type { Note } from './help-layout.ts';

export const densityNotes: readonly Note[] = [
  'A density is trained by maximum likelihood and judged in bits per dimension: −log2 P(x) of a test image, divided by its values. ' +
    'Levels are dequantised; --eval-samples draws of that noise make the estimate of each image. The run folder is one of train: ' +
    'evaluate, score, sample, encode, export, runs and compare take it.',
  ...dataNotes,
  {
    title: 'Examples:',
    items: {
      'flowvae density --data faces/ --size 32 --levels 3': 'Glow on pictures of 256 levels',
      'flowvae density --model realnvp --dequantisation variational': 'RealNVP on the grey bytes of MNIST',
      "flowvae density --model 'maf*5' --data measurements.csv": 'rows of numbers, by a flow formula',
      'flowvae sweep density --grid set.model=nice,realnvp,glow --seeds 3': 'several of them',
    },
  },
];
