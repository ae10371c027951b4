// The map of the latent space in words.
import { decimal, meanInWords, subscript } from './words.ts';

/** A map. */
export interface MapFacts {
  /** Width D of the latent. */
  readonly latent: number;
  /** Test pictures on the map. */
  readonly count: number;
  /** Whether points are means or draws. */
  readonly kind: 'mean' | 'draw';
  /** Shares of the variance of the means along the axes; absent where codes are shown as they are. */
  readonly shares: readonly [number, number] | undefined;
  /** Draws of each mean; absent: it is exact. */
  readonly meanDraws: number | undefined;
}

/** The points, the axes, and the answers of the map to pointing and clicking. */
export function mapInWords(facts: MapFacts): string {
  const { count, kind, meanDraws, shares } = facts;
  const points = kind === 'mean' ? meanInWords(meanDraws) : 'one draw of q(z|x)';
  const empty = shares ? ', which decodes the point there of the plane through the mean code' : ' to decode it';
  return `${count} test pictures; a mark is ${points}; ${axesInWords(facts)}. Point at a mark to see the picture and its reconstruction, or at an empty place${empty}; click to keep it. The ring is the present z.`;
}

function axesInWords({ latent, kind, shares }: MapFacts): string {
  if (shares) {
    const [first, second] = shares.map((share) => decimal(100 * share, 0));
    // the plane is that of the means, so that draws vary by other shares
    const along = kind === 'mean' ? ` (${first} % and ${second} % of the variance of the means)` : '';
    return `axes: the two principal components of the means in ${latent} dimensions${along}`;
  }
  const right = `z${subscript(1)} to the right`;
  return latent === 2 ? `${right}, z${subscript(2)} up` : right;
}
