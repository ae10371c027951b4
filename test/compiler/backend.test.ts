// The tfjs backend: unmodified programs, few sessions, memory as tfjs-cpu counts it, and errors that stay with who
// caused them.
import { runCounter } from '@flowvae/compiler';
import { layers, type Scalar, type Tensor, type Tensor2D, type Tensor3D, tf } from '@flowvae/tensor';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as native from '../../packages/compiler/src/backend/native-session.ts';

/** The parts inside the backend that the tests inspect. */
interface Backend {
  readonly sessionsCreated: number;
  numDataIds(): number;
  refCount(dataId: object): number;
}
const backend = () => tf.backend() as unknown as Backend;

beforeAll(async () => {
  await tf.setBackend('onnxruntime');
});
afterAll(async () => {
  await tf.setBackend('cpu');
});

let before: { tensors: number; dataIds: number };
beforeEach(() => {
  before = { tensors: tf.memory().numTensors, dataIds: backend().numDataIds() };
});
afterEach(() => {
  expect({ tensors: tf.memory().numTensors, dataIds: backend().numDataIds() }).toEqual(before);
});

const regression = () => {
  const x = tf.tensor2d([0, 1, 2, 3, 1, 2, 0, 1], [4, 2]);
  const y = tf.tensor2d([1, -1, 2, 0.5], [4, 1]);
  const w = tf.tidy(() => tf.variable(tf.ones([2, 1])));
  const loss = () => tf.mean(tf.squaredDifference(tf.matMul(x, w as unknown as Tensor2D), y)) as Scalar;
  return { loss, w, dispose: () => tf.dispose([x, y, w]) };
};

/** The weights after some steps on a backend. */
function trained(backendName: string, steps: number, look: (loss: Tensor) => void): number[] {
  const current = tf.getBackend();
  tf.setBackend(backendName);
  const { loss, w, dispose } = regression();
  const optimizer = tf.train.adam(0.05);
  for (let i = 0; i < steps; i++) {
    const value = optimizer.minimize(loss, true, [w])!;
    look(value);
    value.dispose();
  }
  const weights = [...w.dataSync()];
  dispose();
  optimizer.dispose();
  tf.setBackend(current);
  return weights;
}

describe('the backend', () => {
  it('runs nothing until a value is read, then everything at once', () => {
    const { runs } = runCounter;
    tf.tidy(() => {
      const x = tf.tensor1d([1, 4, 9]);
      const [roots, squares] = [tf.sqrt(x), tf.square(x)];
      expect(runCounter.runs).toBe(runs);
      expect([...roots.dataSync()]).toEqual([1, 2, 3]);
      expect(runCounter.runs).toBe(runs + 1);
      expect([...squares.dataSync()]).toEqual([1, 16, 81]);
      expect([...tf.add(roots, squares).dataSync()]).toEqual([2, 18, 84]);
      expect(runCounter.runs).toBe(runs + 2);
    });
  });

  it('takes values as they were when the operation was called', () => {
    const values = Float32Array.of(1, 2);
    tf.tidy(() => {
      const doubled = tf.mul(tf.tensor1d(values), 2);
      values.fill(100);
      expect([...doubled.dataSync()]).toEqual([2, 4]);
    });
  });

  it('serves data() and dataSync() alike', async () => {
    const x = tf.tidy(() => tf.exp(tf.tensor1d([0, 1])));
    expect(await x.data()).toEqual(Float32Array.of(1, Math.fround(Math.E)));
    expect(x.dataSync()).toEqual(await x.data());
    x.dispose();
  });

  it('keeps a graph bounded where nobody reads', () => {
    const { runs } = runCounter;
    const end = tf.tidy(() => {
      let x: Tensor = tf.scalar(0);
      for (let i = 0; i < 10_000; i++) x = tf.add(x, 1);
      expect(runCounter.runs).toBeGreaterThan(runs);
      return x.dataSync()[0];
    });
    expect(end).toBe(10_000);
  });

  it('moves tensors from another backend and back', () => {
    tf.setBackend('cpu');
    const x = tf.tensor1d([1, 2, 3]);
    tf.setBackend('onnxruntime');
    const y = tf.tidy(() => tf.square(x));
    tf.setBackend('cpu');
    const z = tf.tidy(() => tf.sum(y));
    expect(z.dataSync()[0]).toBe(14);
    tf.dispose([x, y, z]);
    tf.setBackend('onnxruntime');
  });
});

describe('sessions', () => {
  it('are few for a training loop that reads its loss, not one for each step', () => {
    const created = backend().sessionsCreated;
    const weights = trained('onnxruntime', 60, (loss) => loss.dataSync());
    expect(backend().sessionsCreated - created).toBeLessThanOrEqual(4);
    const expected = trained('cpu', 60, () => {});
    weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(expected[i]!, 4);
    });
  });

  it('are few for a loop that never reads', () => {
    const [created, { runs }] = [backend().sessionsCreated, runCounter];
    trained('onnxruntime', 600, () => {});
    expect(runCounter.runs - runs).toBeGreaterThan(5);
    expect(backend().sessionsCreated - created).toBeLessThanOrEqual(6);
  });

  it('serve model.fit, which trains on the backend', async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.dense({ units: 4, inputShape: [2], activation: 'relu', kernelInitializer: 'ones' }),
        layers.layers.dense({ units: 1, kernelInitializer: 'ones' }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.005), loss: 'meanSquaredError' });
    const [x, y] = [tf.tensor2d([0, 1, 2, 3, 1, 2, 0, 1], [4, 2]), tf.tensor2d([1, 3, 2, 0.5], [4, 1])];
    const created = backend().sessionsCreated;
    const { history } = await model.fit(x, y, { epochs: 30, shuffle: false, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 5);
    expect(backend().sessionsCreated - created).toBeLessThanOrEqual(12);
    tf.dispose([x, y]);
    model.dispose();
    (model.optimizer as ReturnType<typeof tf.train.sgd>).dispose();
    tf.disposeVariables();
  });
});

describe('memory', () => {
  it('counts references as tfjs-cpu does: clones and other shapes share their data', () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const [clone, flat] = [tf.clone(x), tf.reshape(x, [4])];
    expect([backend().numDataIds(), backend().refCount(x.dataId)]).toEqual([before.dataIds + 1, 3]);
    x.dispose();
    expect([...clone.dataSync(), ...flat.dataSync()]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    tf.dispose([clone, flat]);
    expect(backend().numDataIds()).toBe(before.dataIds);
  });

  it('a shared pending result has the shape of whoever uses it', () => {
    tf.tidy(() => {
      const pending = tf.square(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
      const turned = tf.transpose(tf.reshape(pending, [3, 2]));
      expect(turned.arraySync()).toEqual([
        [1, 9, 25],
        [4, 16, 36],
      ]);
      expect([...tf.sum(pending, 1).dataSync()]).toEqual([14, 77]);
    });
  });

  it('a disposed tensor is not computed', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      tf.matMul(tf.ones([50, 50]), tf.ones([50, 50])).dispose();
      const y = tf.neg(x);
      const { nodes } = runCounter;
      y.dataSync();
      expect(runCounter.nodes).toBe(nodes + 1);
    });
  });

  it('tf.time waits for the computation that it measures', async () => {
    const { runs } = runCounter;
    const { kernelMs } = await tf.time(() => tf.tidy(() => tf.keep(tf.square(tf.ones([10])))));
    expect(runCounter.runs).toBe(runs + 1);
    expect(kernelMs).toBeGreaterThan(0);
    before = { tensors: before.tensors + 1, dataIds: before.dataIds + 1 }; // the kept one
  });
});

describe('errors', () => {
  it('name the operation and the line', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([1, 2]);
      expect(() => tf.unique(x)).toThrow(
        /^onnxruntime: tf\.unique at \S*test\/compiler\/backend\.test\.ts:\d+: .*kernel 'Unique' \(.*\); .*another backend/,
      );
    });
  });

  it('of one graph do not reach those who ask for another value', () => {
    tf.tidy(() => {
      const wrong = tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([7], 'int32'));
      const right = tf.square(tf.tensor1d([3]));
      expect([...right.dataSync()]).toEqual([9]);
      expect(() => wrong.dataSync()).toThrow(/GatherV2|gather/i);
    });
  });

  it('give a remedy if the native library cannot be called synchronously; data() still works', async () => {
    const absent = vi.spyOn(native.nativeRuntime, 'load').mockReturnValue('no such file');
    const x = tf.tidy(() => tf.mul(tf.tensor1d([1, 2]), 3));
    expect(() => x.dataSync()).toThrow(
      "onnxruntime: dataSync: expected onnxruntime-node's native library, got no such file; await data() instead",
    );
    expect(await x.data()).toEqual(Float32Array.of(3, 6));
    absent.mockRestore();
    x.dispose();
  });
});

it('nearest upsampling gives every image of a batch its own gradient, which tfjs-cpu does for the first one only', () => {
  const [batch, size] = [3, 2];
  const dy = Float32Array.from({ length: batch * 4 * size * size }, (_, i) => i + 1);
  const gradient = tf.tidy(() => {
    const enlarged = (x: Tensor) => tf.image.resizeNearestNeighbor(x as Tensor3D, [2 * size, 2 * size]);
    return [
      ...tf
        .grad(enlarged)(tf.ones([batch, size, size, 1]), tf.tensor(dy, [batch, 4, 4, 1]))
        .dataSync(),
    ];
  });
  const sums = Array.from({ length: batch * size * size }, (_, place) => {
    const [image, row, column] = [Math.floor(place / 4), Math.floor(place / 2) % 2, place % 2];
    const first = image * 16 + row * 8 + column * 2;
    return dy[first]! + dy[first + 1]! + dy[first + 4]! + dy[first + 5]!;
  });
  expect(gradient).toEqual(sums);
});
