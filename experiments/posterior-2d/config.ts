// The trained models, and the choice of posteriors to draw and measure.

/** Flows of the posterior: none, then longer and longer. */
export const flows = ['none', 'planar*2', 'planar*8', 'planar*32'] as const;

/** How much is done. */
export interface Scale {
  readonly steps: number;
  /** Test images measured, from the first on. */
  readonly images: number;
  /** Test images drawn, from the first on. */
  readonly drawn: number;
  /** Importance samples of the estimates that the grid is compared with. */
  readonly samples: number;
  /** Cells each way of the grid that log p(x) is summed on, over [−R, R]². */
  readonly cells: number;
  /** Cells each way of a picture. */
  readonly pictureCells: number;
}

export const scales: Readonly<Record<'full' | 'smoke', Scale>> = {
  full: { steps: 3000, images: 100, drawn: 4, samples: 1000, cells: 300, pictureCells: 96 },
  smoke: { steps: 20, images: 2, drawn: 1, samples: 50, cells: 60, pictureCells: 12 },
};

/** Settings of every run. */
export const training = {
  latent: 2,
  hidden: [128, 128],
  binarize: 'static',
  seed: 1,
  evalImages: 0,
  threads: 1,
} as const;

/** R: the prior has a millionth of its mass outside. */
export const REACH = 5.5;

/** Pictures show ± this much around the true posterior's mean. */
export const HALF_WIDTH = 0.75;
