// What decoder outputs should be before anything is learnt but the mean of the data.

/** Pixels that are always off or always on would have infinite logits. @see Burda et al. 2016, arXiv:1509.00519 (author's code) */
const MEAN_RANGE = [0.001, 0.999] as const;

/** A mean in [0, 1], kept away from both ends. */
export const clippedMean = (mean: number): number => Math.min(Math.max(mean, MEAN_RANGE[0]), MEAN_RANGE[1]);

/** The logit of a mean. */
export function logitOfMean(mean: number): number {
  const clipped = clippedMean(mean);
  return Math.log(clipped / (1 - clipped));
}
