// Every kernel that can be recorded. To add one: a line in the file of its family, and its line in unsupported.ts goes.
import { arithmetic } from './arithmetic.ts';
import { blocks } from './blocks.ts';
import { indexing } from './indexing.ts';
import { layout } from './layout.ts';
import type { Lowerings } from './lowering.ts';
import { normalisations } from './normalisation.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { sequences } from './sequences.ts';
import { unaryFunctions } from './unary.ts';
import { convolutions } from './windowed/convolution-kernels.ts';
import { cropping } from './windowed/cropping.ts';
import { dilations } from './windowed/dilation.ts';
import { pools } from './windowed/pooling-kernels.ts';
import { resizing } from './windowed/resizing.ts';

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
