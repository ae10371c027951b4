// Laws of a flow's values. Each returns its findings, so that a test can also feed it wrong flows.
import { type CheckFlowOptions, type CheckName, checkFlow, type Flow, type InvertibleFlow } from '@flowvae/flows';
import { fold, type Key, key } from '@flowvae/random';
import { tf } from '@flowvae/tensor';
import { differences } from './comparison.ts';
import { compiled, eager, shaped, type Tensors } from './evaluation.ts';
import { drawInputs, forwardOf, paramsOf, rowOf, tiled } from './flow-inputs.ts';

/** A law's findings about a flow at parameters of a scale. */
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

/** The findings of the package's own checker, at separate parameters for each point. */
const findingsOf = (
  flow: Flow,
  checks: readonly CheckName[],
  scale: number,
  options: CheckFlowOptions = {},
): string[] => [...checkFlow(flow, { checks, scale, draws: 1, ...options }).findings];

/**
 * The log-det is that of the autodiff Jacobian, wherever the map does not nearly fold; and it folds nowhere (looked for
 * up to dimension 5).
 */
export const logDetIsTheJacobians = (flow: Flow, scale: number, seed?: Key): string[] =>
  findingsOf(flow, flow.dim > 5 ? ['logDet'] : ['logDet', 'fold'], scale, {
    points: flow.dim > 5 ? 3 : 8, // each costs D gradients
    ...(seed ? { key: seed } : {}),
  });

/** The flow's invariants are positive on wide draws. */
export const keepsInvariants = (flow: Flow, scale: number): string[] =>
  flow.invariants ? findingsOf(flow, ['invariants'], 3 * scale, { draws: 10 }) : [];

/**
 * Nothing turns into NaN or ∞ in either direction and its gradients, up to parameters of scale 10 and points of size
 * 1e3.
 */
export const staysFinite = (flow: Flow, scale: number): string[] =>
  findingsOf(flow, ['finite'], scale, { draws: flow.dim > 5 ? 1 : 3 }); // wide flows have many numbers in one draw

/** At its initial parameters the flow is the identity with log-det 0. */
export const startsAsIdentity = (flow: Flow): string[] => findingsOf(flow, ['start'], 1);

/** At its initial parameters the log-det is 0, for maps that are not the identity too: permutations and rotations. */
export const startsWithoutVolume = (flow: Flow): string[] => findingsOf(flow, ['start'], 1, { start: 'volume' });

/** The inverse leads back to z, and its log-det is the forward one negated. */
export const inverseUndoesForward = (flow: InvertibleFlow, scale: number): string[] =>
  findingsOf(flow, ['roundTrip'], scale, { points: flow.dim > 5 ? 2 : 4 });

/**
 * Parameters shared as [1, …] give the same results as this row tiled to [B, …]; separate rows of parameters give the
 * same as each row alone.
 */
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
    eager(fn, inputs); // tensors made once, at first use, are no leak
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
