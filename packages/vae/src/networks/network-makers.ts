// The maker of each network in the table.

import type { NetworkMaker } from './network-pair.ts';
import type { NetworkName } from './network-table.ts';
import { perceptrons } from './perceptrons.ts';
import { convolutional } from './pictures/convolutional.ts';
import { gatedConvolutional } from './pictures/gated-convolutional.ts';
import { residualConvolutional } from './pictures/residual.ts';

/** Makers by name; `networkTable` has the same names. */
export const networkMakers: Readonly<Record<NetworkName, NetworkMaker>> = {
  mlp: perceptrons,
  conv: convolutional,
  resnet: residualConvolutional,
  'gated-conv': gatedConvolutional,
  oxford: perceptrons,
  'oxford-bounded': perceptrons,
  maxout: perceptrons,
  pythae: perceptrons,
  'pythae-deep': perceptrons,
};
