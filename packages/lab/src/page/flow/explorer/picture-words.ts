// The words around the flow's picture: q is the density of a map only behind whole layers.

/** The words around the picture. */
export interface PictureWords {
  readonly caption: string;
  readonly label: string;
  readonly hint: string;
}

/**
 * The words at a place of the slider.
 *
 * @param how by the inverse at every pixel, or by the images of so many mesh points
 */
export function pictureWords(at: number, layers: number, how: 'inverse' | number): PictureWords {
  const place = `after ${at.toFixed(1)} of ${layers} layers`;
  if (!Number.isInteger(at)) {
    return {
      caption: `on its way, ${place}`,
      label: `Grid and draws on their way, ${place}`,
      hint: 'Between two layers: points on their way, the colour only blends.',
    };
  }
  return {
    caption: `q ${place}`,
    label: `Density, grid and draws ${place}`,
    hint:
      how === 'inverse'
        ? 'Blue: q at every pixel, by the inverse.'
        : `Blue: q at the images of ${how} mesh points, log q = log q₀ − Σ log|det J|.`,
  };
}
