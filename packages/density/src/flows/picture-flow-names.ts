// The names of picture flows. Loads no tensor library.

/** `'nice'`, `'realnvp'`, `'glow'`. */
export const pictureFlowNames = ['nice', 'realnvp', 'glow'] as const;

/** The name of a picture flow. */
export type PictureFlowName = (typeof pictureFlowNames)[number];
