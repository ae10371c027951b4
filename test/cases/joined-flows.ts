// Chains and inverses.
import { actnorm, chain, full, householder, invert, lu, planar, planarLeaky, radial } from '@flowvae/flows';
import { flowCase, keepsVolume } from './flow-case.ts';

export const joinedFlowCases = [
  flowCase({
    name: 'chain of planar*3 and planar*2',
    madeBy: 'chain',
    make: (dim) => chain([planar(dim, 3), planar(dim, 2)]),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
  }),
  flowCase({
    name: 'inverse of planar*2',
    madeBy: 'invert',
    make: (dim) => invert(planar(dim, 2)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
  }),
  flowCase({
    name: 'inverse of radial*2',
    madeBy: 'invert',
    make: (dim) => invert(radial(dim, 2)),
    dims: [2, 5],
  }),
  flowCase({
    name: 'inverse of planar-leaky*2',
    madeBy: 'invert',
    make: (dim) => invert(planarLeaky(dim, 2, { slope: 0.3 })),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
  }),
  flowCase({
    name: 'inverse of householder*3',
    madeBy: 'invert',
    make: (dim) => invert(householder(dim, 3)),
    dims: [2, 5],
    ...keepsVolume,
  }),
  flowCase({
    name: 'inverse of full',
    madeBy: 'invert',
    make: (dim) => invert(full(dim)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.5 },
  }),
  flowCase({
    name: 'inverse of lu',
    madeBy: 'invert',
    make: (dim) => invert(lu(dim)),
    dims: [2, 5],
    scales: { small: 0.1, trained: 0.4 },
    startsAs: 'a map of volume 1',
  }),
  flowCase({
    name: 'inverse of actnorm',
    madeBy: 'invert',
    make: (dim) => invert(actnorm(dim)),
    dims: [2, 5],
  }),
];
