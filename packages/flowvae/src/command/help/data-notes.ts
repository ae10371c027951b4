// Notes about data, below the options of the commands that read them first.
import type { Note } from './help-layout.ts';

export const dataNotes: readonly Note[] = [
  {
    title: 'Sources of data; flowvae data <source> shows what is understood of them:',
    items: {
      mnist: '70,000 digits, which need no file',
      'fashion/': 'a folder of IDX files, such as Fashion-MNIST and EMNIST, or of the binary files of CIFAR',
      'faces/': 'a folder of PNG, JPEG or WebP pictures; sub-folders are classes, or train, validation and test',
      'flowers.csv': 'a table, .csv or .tsv; --labels kind names the column with labels',
      'digits.npz': 'arrays: .npy, .npz, .mat, .safetensors, IDX, .amat, .bin; names behind a colon choose some',
      'digits.npz:x_train,x_test': 'two arrays, or two files: training and test data; of three the second validates',
    },
  },
  {
    title: 'Splits (--splits):',
    items: {
      auto: 'as the source divides its rows; else 0.8/0.1/0.1; missing parts are taken from the training rows',
      '0.9/0.05/0.05': 'shares of training, validation and test rows, drawn by --split-seed',
      'stratified:0.8/0.1/0.1': 'the same within each class of the labels',
      'column:part': 'by a column of the table, or an array: train, validation, test, or 0, 1, 2',
    },
  },
];

/** For `flowvae data` alone: `train` takes a module before its options. */
export const moduleDataNotes: readonly Note[] = [
  'flowvae data my.ts shows the data of a module with `export default defineExperiment({ … })`, as flowvae train my.ts ' +
    'reads them: those of its data part, else those that its options name.',
];
