// Numbers of van den Berg et al. 2018, arXiv:1803.05649, table 1, static MNIST: −ELBO of the test set, mean and
// standard deviation of three runs. Table 3 of Grathwohl et al. 2019, arXiv:1810.01367, repeats those of VAE, Planar,
// IAF and the best Sylvester flow, O-SNF; those of H-SNF and T-SNF were not held against a source.

/** The posteriors of the table, in its order, and their names there. */
export const posteriors = {
  none: 'VAE',
  planar: 'Planar',
  iaf: 'IAF',
  orthogonal: 'O-SNF',
  householder: 'H-SNF',
  triangular: 'T-SNF',
} as const;

/** A posterior of the table. */
export type PosteriorName = keyof typeof posteriors;

/** All of them. */
export const posteriorNames = Object.keys(posteriors) as readonly PosteriorName[];

/** −ELBO, nats. */
export const published: Readonly<Record<PosteriorName, { readonly mean: number; readonly deviation: number }>> = {
  none: { mean: 86.55, deviation: 0.06 },
  planar: { mean: 86.06, deviation: 0.31 },
  iaf: { mean: 84.2, deviation: 0.17 },
  orthogonal: { mean: 83.32, deviation: 0.06 },
  householder: { mean: 83.4, deviation: 0.01 },
  triangular: { mean: 83.4, deviation: 0.1 },
};
