// Change of variables on the line: densities behind z ↦ 2z + 1 and z ↦ e^z, by a flow's inverse and in closed form.
import { affine, type InvertibleFlow, type ParamShapes, pushForward, standardNormal, type Tensor2D, tf } from 'flowvae';

/** A density on the line at some places, twice. */
export interface LineExample {
  readonly name: string;
  readonly formula: string;
  readonly points: readonly { readonly x: number; readonly byFlow: number; readonly closedForm: number }[];
  /** ∫ of the density by the flow over the places, a sum of trapezoids. */
  readonly mass: number;
}

/** z ↦ e^z on the line, written as a user writes a flow: log|det J| = z. */
const exponential: InvertibleFlow = {
  name: 'exponential',
  dim: 1,
  paramShapes: {},
  start: 'other',
  initialParams: () => ({}),
  forward: (_, z) => ({ y: tf.exp(z), logDet: tf.squeeze(z, [1]) }),
  inverse(_, y) {
    const z: Tensor2D = tf.log(y);
    return { z, logDet: tf.neg(tf.squeeze(z, [1])) };
  },
};

const [SCALE, SHIFT] = [2, 1] as const;

const normalDensity = (x: number, mean: number, deviation: number) =>
  Math.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));

/** p(y) = p₀(f⁻¹(y))·|det ∂f⁻¹/∂y| at each place. */
function densityBehind(flow: InvertibleFlow, values: Readonly<Record<string, number>>, xs: readonly number[]) {
  return tf.tidy(() => {
    const params = Object.entries(values).map(([name, value]) => [name, tf.tensor2d([[value]])]);
    const density = pushForward(standardNormal(1), flow as InvertibleFlow<ParamShapes>, Object.fromEntries(params));
    return [...tf.exp(density.logProb(tf.tensor2d([...xs], [xs.length, 1]))).dataSync()];
  });
}

const steps = (from: number, to: number, count: number) =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);

function lineExample(
  { name, formula }: Pick<LineExample, 'name' | 'formula'>,
  xs: readonly number[],
  byFlow: readonly number[],
  closedForm: (x: number) => number,
): LineExample {
  const points = xs.map((x, i) => ({ x, byFlow: byFlow[i]!, closedForm: closedForm(x) }));
  const mass = points.slice(1).reduce((sum, { x, byFlow: here }, i) => {
    const before = points[i]!;
    return sum + 0.5 * (here + before.byFlow) * (x - before.x);
  }, 0);
  return { name, formula, points, mass };
}

/** Both examples. */
export function lineExamples(): readonly LineExample[] {
  const wide = steps(-8, 10, 360);
  const above = steps(0.005, 15.005, 3000);
  return [
    lineExample(
      { name: 'affine', formula: 'y = 2z + 1, p(y) = N((y − 1)/2; 0, 1)/2' },
      wide,
      densityBehind(affine(1) as InvertibleFlow<never>, { logScale: Math.log(SCALE), shift: SHIFT }, wide),
      (y) => normalDensity(y, SHIFT, SCALE),
    ),
    lineExample(
      { name: 'exponential', formula: 'y = e^z, p(y) = N(log y; 0, 1)/y' },
      above,
      densityBehind(exponential, {}, above),
      (y) => normalDensity(Math.log(y), 0, 1) / y,
    ),
  ];
}
