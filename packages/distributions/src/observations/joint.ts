// Independent parts of a row, each with its own distribution.
import { ExpectationError, type Tensor1D, type Tensor2D, tf } from '@flowvae/tensor';
import type { Draw, Observation } from '../distribution.ts';
import { observation } from './observation.ts';

/** The distribution of neighbouring columns. */
export interface JointPart {
  readonly p: Observation;
  /** Number of columns. */
  readonly width: number;
}

/** Options of {@link joint}. */
export interface JointOptions {
  /** Rows of the parts' parameters; all data share a single one. */
  readonly rows: number;
  /** For errors. Default `'joint'`. */
  readonly name?: string;
}

/** A part and the places of its columns and of its noise. */
interface PlacedPart extends JointPart {
  readonly at: number;
  readonly noiseAt: number;
}

/**
 * Independent parts side by side: log p(x) = Σ log p_k(x_k), each of some columns.
 *
 * A draw takes the normal noise of every part, and two normal numbers for each uniform one: exp(−½(a² + b²)) is
 * uniform. Shapes: x [B or 1, P], P the sum of the widths → [B]; noise [B, W], normal. Units: nats.
 * @throws ShapeError if x or noise has another shape; ExpectationError without a part
 */
export function joint(parts: readonly JointPart[], { rows, name = 'joint' }: JointOptions): Observation {
  const placed = placedParts(parts);
  const last = placed.at(-1);
  if (!last) throw new ExpectationError({ where: name, expected: 'at least one part', received: 'none' });
  const width = last.at + last.width;
  const joined = (ofPart: (part: PlacedPart) => Tensor2D): Tensor2D =>
    placed.length === 1 ? ofPart(placed[0]!) : tf.concat(placed.map(ofPart), 1);
  const inPart = (x: Tensor2D, part: PlacedPart): Tensor2D => tf.slice(x, [0, part.at], [-1, part.width]);
  return observation({
    name,
    rows,
    width,
    noise: { kind: 'normal', width: last.noiseAt + normalsOf(last.p) },
    logProb: (x) =>
      placed.map((part) => part.p.logProb(inPart(x, part))).reduce((sum, term): Tensor1D => tf.add(sum, term)),
    logProbOfEach: (x) => joined((part) => part.p.logProbOfEach(inPart(x, part))),
    draw: (noise) => joined(({ p, noiseAt }) => drawOf(p, noise, noiseAt).z),
    mean: () => joined(({ p }) => p.mean()),
    detached: () =>
      joint(
        parts.map(({ p, width: own }) => ({ p: p.detached(), width: own })),
        { rows, name },
      ),
  });
}

function placedParts(parts: readonly JointPart[]): readonly PlacedPart[] {
  let [at, noiseAt] = [0, 0];
  return parts.map((part) => {
    const placed = { ...part, at, noiseAt };
    at += part.width;
    noiseAt += normalsOf(part.p);
    return placed;
  });
}

/** Normal numbers for a draw: a uniform number takes two. */
const normalsOf = ({ noise: { kind, width } }: Observation): number => (kind === 'normal' ? width : 2 * width);

function drawOf(p: Observation, noise: Tensor2D, at: number): Draw {
  const own: Tensor2D = tf.slice(noise, [0, at], [-1, normalsOf(p)]);
  return p.sampleAndLogProb(p.noise.kind === 'normal' ? own : uniformOf(own));
}

/** Two halves of normal numbers [B, 2n] → uniform numbers [B, n] on (0, 1]. */
function uniformOf(normal: Tensor2D): Tensor2D {
  const [a, b] = tf.split(normal, 2, 1) as [Tensor2D, Tensor2D];
  return tf.exp(tf.mul(tf.add(tf.square(a), tf.square(b)), -0.5));
}
