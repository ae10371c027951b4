// The panels of figure 1. The paper gives no parameters: these are chosen to show the effect of each layer, and drawn
// by a key.

/** One row of the figure for each base, one column for each flow. */
export const kinds = ['planar', 'radial'] as const;
export const lengths = [1, 2, 10] as const;

/** `normal`: N(0, I); `uniform`: uniform on [−2, 2]². */
export const bases = ['normal', 'uniform'] as const;

/** Side of the uniform base's square, from the centre. */
export const UNIFORM_HALF = 2;

/** Panels cover [−4, 4]². */
export const HALF_WIDTH = 4;

export const scales: Readonly<Record<'full' | 'smoke', { readonly cells: number }>> = {
  full: { cells: 128 },
  smoke: { cells: 16 },
};

/** Decides the parameters: of a few tried, one whose panels are easy to read. */
export const SEED = 4;
