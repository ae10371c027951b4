// Flows of rows that start from the columns of data.
import { actnorm, chain, type InvertibleFlow, invert } from '@flowvae/flows';

/**
 * A flow of rows behind a shift and a scale of each column, which start at the mean and the deviation of data: y =
 * f(z)·deviation + mean.
 *
 * Shapes and errors are those of the flow and of `actnorm`.
 */
export const standardisedFlow = (flow: InvertibleFlow): InvertibleFlow => ({
  ...chain([flow, invert(actnorm(flow.dim))]),
  name: flow.name,
});
