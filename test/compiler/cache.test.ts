// The bound on kept executables: which one leaves, when its session is freed, and how it answers afterwards.
import { compile, sessionCounter, traceGraph } from '@flowvae/compiler';
import { tf } from '@flowvae/tensor';
import { describe, expect, it, vi } from 'vitest';
import { GraphRunner } from '../../packages/compiler/src/backend/graph-runner.ts';
import { Executable } from '../../packages/compiler/src/sessions/executable.ts';
import { Lease } from '../../packages/compiler/src/sessions/lease.ts';
import { LeastRecentlyUsed } from '../../packages/compiler/src/sessions/least-recently-used.ts';

const refusal =
  'run: expected an executable that is kept, got one that was disposed of, or made room for other shapes; ask specialise() for it again, or raise cacheSize';

/** A compiled function that counts its traces, and sessions created and freed since. */
function counted(cacheSize?: number) {
  let traces = 0;
  const before = { ...sessionCounter };
  const compiled = compile(
    ({ x }) => {
      traces++;
      return { y: tf.neg(x!) };
    },
    cacheSize === undefined ? {} : { cacheSize },
  );
  const counts = () => ({
    traces,
    created: sessionCounter.created - before.created,
    freed: sessionCounter.freed - before.freed,
  });
  const at = (size: number) => compiled.specialise({ x: [size] });
  return { compiled, counts, at };
}

/** Waits until an eviction has ended. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('the cache of a compiled function', () => {
  it('keeps as many executables as it may and frees the one used longest ago', async () => {
    const { compiled, counts, at } = counted(2);
    const [one, two] = [await at(1), await at(2)];
    expect(await at(1)).toBe(one); // two is now the oldest
    const three = await at(3);
    await settled();
    expect(counts()).toEqual({ traces: 3, created: 3, freed: 1 });
    await expect(two.run({ x: Float32Array.of(1, 2) })).rejects.toThrow(
      expect.objectContaining({ name: 'ExpectationError', message: refusal }),
    );
    expect((await one.run({ x: Float32Array.of(1) })).y).toEqual(Float32Array.of(-1));
    expect((await three.run({ x: Float32Array.of(1, 2, 3) })).y).toEqual(Float32Array.of(-1, -2, -3));
    expect((await (await at(2)).run({ x: Float32Array.of(1, 2) })).y).toEqual(Float32Array.of(-1, -2));
    await settled();
    expect(counts()).toEqual({ traces: 4, created: 4, freed: 2 });
    await compiled.dispose();
    expect(counts()).toEqual({ traces: 4, created: 4, freed: 4 });
  });

  it('takes a run for a use', async () => {
    const { compiled, at } = counted(2);
    const [one, two] = [await at(1), await at(2)];
    await one.run({ x: Float32Array.of(1) });
    await at(3);
    await expect(two.run({ x: Float32Array.of(1, 2) })).rejects.toThrow(refusal);
    expect((await one.run({ x: Float32Array.of(5) })).y).toEqual(Float32Array.of(-5));
    await compiled.dispose();
  });

  it('frees an executable only after the runs under way', async () => {
    const { compiled, counts, at } = counted(1);
    const size = 200_000;
    const x = new Float32Array(size).fill(3);
    const large = await at(size);
    const runs = [large.run({ x }), large.run({ x })];
    const evicting = at(1);
    for (const { y } of await Promise.all(runs)) expect(y!.every((number) => number === -3)).toBe(true);
    await evicting;
    await settled();
    expect(counts()).toEqual({ traces: 2, created: 2, freed: 1 });
    const last = (await evicting).run({ x: Float32Array.of(4) });
    await compiled.dispose();
    expect((await last).y).toEqual(Float32Array.of(-4));
    expect(counts().freed).toBe(2);
  });

  it('frees an executable that is evicted while it is made', async () => {
    const { compiled, counts, at } = counted(1);
    const [first, second] = [at(1), at(2)];
    await expect((await first).run({ x: Float32Array.of(1) })).rejects.toThrow(refusal);
    expect((await (await second).run({ x: Float32Array.of(1, 2) })).y).toEqual(Float32Array.of(-1, -2));
    await compiled.dispose();
    expect(counts()).toEqual({ traces: 2, created: 2, freed: 2 });
  });

  it('keeps 16 where nothing else is said', async () => {
    const { compiled, counts, at } = counted();
    for (let size = 1; size <= 17; size++) await at(size);
    await settled();
    expect(counts()).toEqual({ traces: 17, created: 17, freed: 1 });
    await compiled.dispose();
    expect(counts().freed).toBe(17);
  });

  it('gives no place to a function that throws', async () => {
    let fails = true;
    const compiled = compile(
      ({ x }) => {
        if (fails && x!.size === 2) throw new RangeError('mine');
        return { y: tf.neg(x!) };
      },
      { cacheSize: 2 },
    );
    const one = await compiled.specialise({ x: [1] });
    await expect(compiled.specialise({ x: [2] })).rejects.toThrow(RangeError);
    fails = false;
    await compiled.specialise({ x: [3] });
    expect((await one.run({ x: Float32Array.of(1) })).y).toEqual(Float32Array.of(-1));
    await compiled.dispose();
  });

  it('rejects in dispose() only where a session that made room cannot be freed', async () => {
    const { compiled, at } = counted(1);
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const first = await at(1);
    const dispose = vi.spyOn(first, 'dispose').mockRejectedValueOnce(new Error('not freed'));
    try {
      await at(2);
      await settled();
      expect(dispose).toHaveBeenCalledOnce();
      expect(unhandled).not.toHaveBeenCalled();
      await expect(compiled.dispose()).rejects.toThrow('not freed');
    } finally {
      process.off('unhandledRejection', unhandled);
      dispose.mockRestore();
      await first.dispose();
    }
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a size of %d', (cacheSize) => {
    expect(() => compile(({ x }) => ({ y: x! }), { cacheSize })).toThrow(
      `compile: cacheSize: expected a whole number from 1 up, got ${cacheSize}`,
    );
  });
});

it('the backend tries anew to make a session that could not be made', async () => {
  const runner = new GraphRunner(1);
  const cut = { graph: traceGraph(({ x }) => ({ y: tf.neg(x!) }), { x: [2] }), arrays: [Float32Array.of(1, 2)] };
  const create = vi.spyOn(Executable, 'create').mockRejectedValueOnce(new Error('no memory'));
  try {
    await expect(runner.run(cut)).rejects.toThrow('no memory');
    expect(await runner.run(cut)).toEqual([Float32Array.of(-1, -2)]);
  } finally {
    create.mockRestore();
    runner.dispose();
  }
});

describe('LeastRecentlyUsed', () => {
  it('frees the least recently used entry, and all entries when it is cleared', () => {
    const freed: string[] = [];
    const cache = new LeastRecentlyUsed<string>(2, (entry) => freed.push(entry));
    const get = (key: string) => cache.get(key, () => `${key}!`);
    expect([get('a'), get('b'), cache.use('a'), cache.use('c')]).toEqual(['a!', 'b!', 'a!', undefined]);
    get('c');
    expect([freed, cache.size]).toEqual([['b!'], 2]);
    cache.delete('a');
    cache.delete('a');
    cache.clear();
    expect([freed, cache.size]).toEqual([['b!', 'a!', 'c!'], 0]);
  });
});

describe('Lease', () => {
  it('frees once, after all uses, also those that fail', async () => {
    let [freed, used] = [0, 0];
    const lease = new Lease(
      async () => {
        freed++;
      },
      () => {
        used++;
      },
    );
    let finish = (): void => {};
    const waiting = lease.use(() => new Promise<void>((resolve) => (finish = resolve)));
    const failing = lease.use(() => Promise.reject(new RangeError('mine')));
    const frees = [lease.free(), lease.free()];
    await expect(failing).rejects.toThrow(RangeError);
    expect(freed).toBe(0);
    await expect(lease.use(async () => {})).rejects.toThrow(refusal);
    finish();
    await Promise.all([waiting, ...frees]);
    await lease.free();
    expect([freed, used]).toEqual([1, 2]);
  });
});
