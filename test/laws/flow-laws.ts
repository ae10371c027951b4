// Laws of a flow's values. Each returns what it finds wrong, so that a test can also feed it flows that are.
import type { Flow, InvertibleFlow, ParamShapes, Params } from '@flowvae/flows';
import { fold, type Key, key, normal } from '@flowvae/random';
import { type Tensor2D, tf } from '@flowvae/tensor';
import { differences, logAbsDeterminant, pivots } from './comparison.ts';
import { compiled, eager, type Inputs, shaped, type Tensors } from './evaluation.ts';
import { drawInputs, forwardOf, paramsOf, rowOf, tiled } from './flow-inputs.ts';

/** What a law says of a flow at parameters of a scale. */
export type FlowLaw = (flow: Flow, scale: number, seed?: Key) => string[] | Promise<string[]>;

/** y has the shape of z and logDet is [B], also for a batch of one and shared parameters. */
export function keepsShapes(flow: Flow, scale: number): string[] {
  return [1, 3].flatMap((batch) =>
    tf.tidy(() => {
      const inputs = drawInputs(flow, { batch, paramRows: 1, scale });
      const tensors = Object.entries(inputs).map(([name, { values, shape }]) => [name, tf.tensor(values, [...shape])]);
      const { y, logDet } = forwardOf(flow)(Object.fromEntries(tensors));
      const found = `${JSON.stringify(y.shape)} ${JSON.stringify(logDet.shape)}`;
      return found === `[${batch},${flow.dim}] [${batch}]` ? [] : [`batch ${batch}: ${found}`];
    }),
  );
}

/** The log-det is that of the autodiff Jacobian, wherever the map does not nearly fold. */
export function logDetIsTheJacobians(flow: Flow, scale: number, seed?: Key): string[] {
  const batch = 8;
  const { dim } = flow;
  const inputs = drawInputs(flow, { batch, paramRows: 1, scale, ...(seed ? { seed } : {}) });
  const { logDet } = eager(forwardOf(flow), inputs);
  const jacobians = jacobiansOf(flow, inputs);
  const size = dim * dim;
  const jacobianAt = (row: number) => jacobians.subarray(row * size, (row + 1) * size);
  const smallestPivot = (row: number) => Math.min(...pivots(jacobianAt(row)).map(Math.abs));
  const checked = Array.from({ length: batch }, (_, row) => row).filter((row) => smallestPivot(row) > 1e-2);
  if (checked.length < batch / 2) return [`only ${checked.length} of ${batch} points can be checked`];
  const expected = checked.map((row) => logAbsDeterminant(jacobianAt(row)));
  return differences(
    'logDet',
    checked.map((row) => logDet![row]!),
    expected,
    1e-4,
  );
}

/** ∂y_i/∂z_j at each point, [B, D, D]: every point is repeated D times, once for each output. */
function jacobiansOf({ dim, ...flow }: Flow, { z, ...params }: Inputs): Float32Array {
  const repeated = Array.from({ length: z!.values.length * dim }, (_, i) => {
    const row = Math.floor(i / (dim * dim));
    return z!.values[row * dim + (i % dim)]!;
  });
  const rows = repeated.length / dim;
  const oneHot = Array.from({ length: repeated.length }, (_, i) => (Math.floor(i / dim) % dim === i % dim ? 1 : 0));
  const vectorJacobian = ({ points, cotangent, ...given }: Tensors) => ({
    jacobian: tf.grad((at) => flow.forward(given as Params<ParamShapes>, at as Tensor2D).y)(points!, cotangent!),
  });
  const asInputs = { points: shaped(repeated, [rows, dim]), cotangent: shaped(oneHot, [rows, dim]), ...params };
  return eager(vectorJacobian, asInputs).jacobian!;
}

/** The rounding of 80 layers; a start rounded to four digits is 1e-3 off. */
const IDENTITY_TOLERANCE = 1e-5;

/** At its initial parameters the flow is the identity with log-det 0. */
export const startsAsIdentity = (flow: Flow): string[] => atStart(flow, true);

/** At its initial parameters the log-det is 0, whatever the map is: permutations and rotations are not the identity. */
export const startsWithoutVolume = (flow: Flow): string[] => atStart(flow, false);

function atStart(flow: Flow, isIdentity: boolean): string[] {
  const batch = 5;
  const initial = flow.initialParams(key(3));
  const params = Object.entries(flow.paramShapes).map(([name, shape]) => [name, shaped(initial[name]!, [1, ...shape])]);
  const z = shaped(normal(key(4), batch * flow.dim), [batch, flow.dim]);
  const { y, logDet } = eager(forwardOf(flow), { z, ...Object.fromEntries(params) });
  return [
    ...(isIdentity ? differences('y', y!, z.values, IDENTITY_TOLERANCE) : []),
    ...differences('logDet', logDet!, new Float32Array(batch), IDENTITY_TOLERANCE),
  ];
}

/** The inverse leads back to z, and its log-det is the forward one negated. */
export function inverseUndoesForward(flow: InvertibleFlow, scale: number): string[] {
  const batch = 16;
  const inputs = drawInputs(flow, { batch, scale });
  const roundTrip = ({ z, ...params }: Tensors) => {
    const { y, logDet } = flow.forward(params as Params<ParamShapes>, z as Tensor2D);
    const back = flow.inverse(params as Params<ParamShapes>, y);
    return { z: back.z, logDet, inverseLogDet: back.logDet };
  };
  const { z, logDet, inverseLogDet } = eager(roundTrip, inputs);
  const slope = (row: number) => Math.min(1, Math.exp(logDet![row]!));
  return [
    ...differences('z', z!, inputs.z!.values, (i) => 2e-5 / slope(Math.floor(i / flow.dim))),
    ...differences(
      'logDet of the inverse',
      inverseLogDet!,
      logDet!.map((value) => -value),
      (row) => 1e-4 / slope(row) ** 2,
    ),
  ];
}

/** Parameters shared as [1, …] give what the same row tiled to [B, …] gives; rows of parameters of their own, what each gives alone. */
export function rowsAreIndependent(flow: Flow, scale: number): string[] {
  const batch = 4;
  const shared = drawInputs(flow, { batch, paramRows: 1, scale });
  const asTiled = Object.entries(paramsOf(shared)).map(([name, param]) => [
    name,
    flow.shared?.includes(name) ? param : tiled(param, batch),
  ]);
  const own = drawInputs(flow, { batch, scale });
  const forward = forwardOf(flow);
  const together = eager(forward, own);
  const alone = Array.from({ length: batch }, (_, row) =>
    eager(forward, Object.fromEntries(Object.entries(own).map(([name, array]) => [name, rowOf(array, row)]))),
  );
  const compare = (what: string, name: 'y' | 'logDet', expected: ArrayLike<number>, actual: ArrayLike<number>) =>
    differences(`${name} ${what}`, actual, expected, 1e-6);
  const ofShared = eager(forward, shared);
  const ofTiled = eager(forward, { z: shared.z!, ...Object.fromEntries(asTiled) });
  return (['y', 'logDet'] as const).flatMap((name) => [
    ...compare('of shared parameters', name, ofTiled[name]!, ofShared[name]!),
    ...compare(
      'of rows together',
      name,
      alone.flatMap((result) => Array.from(result[name]!)),
      together[name]!,
    ),
  ]);
}

/** No volume is gained or lost. */
export function keepsVolume(flow: Flow, scale: number): string[] {
  const { logDet } = eager(forwardOf(flow), drawInputs(flow, { scale }));
  return differences(
    'logDet',
    logDet!,
    logDet!.map(() => 0),
    1e-6,
  );
}

/** Values and log-dets of the compiled graph are the eager ones. */
export async function compilesToTheSame(flow: Flow, scale: number): Promise<string[]> {
  const inputs = drawInputs(flow, { scale });
  const expected = eager(forwardOf(flow), inputs);
  const actual = await compiled(forwardOf(flow), inputs);
  return (['y', 'logDet'] as const).flatMap((name) => differences(name, actual[name]!, expected[name]!, 1e-5));
}

/** A call inside a tidy leaves nothing but its results, its gradients included. */
export function leaksNoTensors(flow: Flow, scale: number): string[] {
  const inputs = drawInputs(flow, { scale, seed: fold(key(1), 'leak') });
  const gradients = (tensors: Tensors) => {
    const total = (z: Tensors[string]) => {
      const { y, logDet } = forwardOf(flow)({ ...tensors, z });
      return tf.add(tf.sum(y), tf.sum(logDet));
    };
    return { gradient: tf.grad(total)(tensors.z!) };
  };
  return [forwardOf(flow), gradients].flatMap((fn, i) => {
    eager(fn, inputs); // what is made once, on first use, is no leak
    const before = tf.memory();
    eager(fn, inputs);
    const { numTensors, numDataBuffers } = tf.memory();
    const lost = [numTensors - before.numTensors, numDataBuffers - before.numDataBuffers];
    return lost[0] === 0 && lost[1] === 0
      ? []
      : [`${i === 0 ? 'forward' : 'gradient'} leaves ${lost[0]} tensors, ${lost[1]} buffers`];
  });
}

/** Every tensor of a wrong shape is refused by a ShapeError that names it. */
export function refusesWrongShapes(flow: Flow, scale: number): string[] {
  const inputs = drawInputs(flow, { batch: 3, scale });
  return Object.entries(inputs).flatMap(([name, array]) => {
    const wider = shaped(new Float32Array(array.values.length * 2), [
      ...array.shape.slice(0, -1),
      array.shape.at(-1)! * 2,
    ]);
    const error = thrownBy(() => eager(forwardOf(flow), { ...inputs, [name]: wider }));
    const said = error instanceof Error ? `${error.name}: ${error.message}` : 'nothing';
    const local = name === 'z' ? '[zy]' : name.split('.').at(-1); // an inverted flow's argument is called y
    const named = new RegExp(`^ShapeError: [\\w-]+\\.(forward|inverse): ${local}: expected \\[.*\\], got \\[`);
    return named.test(said) ? [] : [`${name}: ${said}`];
  });
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
