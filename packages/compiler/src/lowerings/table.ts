// Every kernel that can be recorded. To add one: a line in the file of its family, and its line in unsupported.ts goes.
import { arithmetic } from './arithmetic.ts';
import { blocks } from './blocks.ts';
import { convolutions } from './convolution-kernels.ts';
import { cropping } from './cropping.ts';
import { dilations } from './dilation.ts';
import { indexing } from './indexing.ts';
import { layout } from './layout.ts';
import type { Lowerings } from './lowering.ts';
import { normalisations } from './normalisation.ts';
import { pools } from './pooling-kernels.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { resizing } from './resizing.ts';
import { sequences } from './sequences.ts';
import { unaryFunctions } from './unary.ts';

export const lowerings = {
  ...arithmetic,
  ...unaryFunctions,
  ...reductions,
  ...layout,
  ...products,
  ...convolutions,
  ...pools,
  ...blocks,
  ...indexing,
  ...sequences,
  ...normalisations,
  ...resizing,
  ...cropping,
  ...dilations,
} satisfies Lowerings;
