// Mutants of `evaluation` that change no result, each with its reason.
import type { Explained } from './explained.ts';

export const evaluation: readonly Explained[] = [
  {
    file: 'packages/evaluation/src/annealing/annealed-importance.ts',
    before:
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
    after: [
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.ones([1, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([0, data.width])), tf.zeros([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.ones([1, noise.width])).z.shape[1]);',
      'const dim = tf.tidy(() => annealedStart(pathAt(tf.zeros([1, data.width])), tf.zeros([0, noise.width])).z.shape[1]);',
    ],
    reason: 'only the width of the draw is read',
  },
  {
    file: 'packages/evaluation/src/bound-on.ts',
    before: 'const size = Math.min(batchSize, data.count);',
    after: ['const size = batchSize;'],
    reason: 'memory only: buffers for rows that the set does not have',
  },
  {
    file: 'packages/evaluation/src/bound-on.ts',
    before: 'for (let start = 0; start < data.count; start += size) {',
    after: ['for (let start = 0; start <= data.count; start += size) {'],
    reason: 'a batch of no rows',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'samples < FEWEST_FOR_PARETO_K ? Number.NaN : Number(!(k <= paretoKThreshold(samples)));',
    after: ['samples < FEWEST_FOR_PARETO_K ? Number.NaN : Number(!(k < paretoKThreshold(samples)));'],
    reason: 'a k̂ of exactly the threshold',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'const isWhole = rows === Math.min(CHUNK, samples);',
    after: [
      'const isWhole = rows !== Math.min(CHUNK, samples);',
      'const isWhole = rows === CHUNK;',
      'const isWhole = rows === Math.max(CHUNK, samples);',
    ],
    reason: 'time only: whether the rows of a run are filled up to those of the others',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'yield { image, chunk: from / CHUNK, first, size, rows: isWhole ? size : rows, isLast };',
    after: [
      'yield { image, chunk: from / CHUNK, first, size, rows: (rows), isLast };',
      'yield { image, chunk: from / CHUNK, first, size, rows: (size), isLast };',
    ],
    reason: 'time only: whether the rows of a run are filled up to those of the others',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'for (let from = 0; from < samples; from += CHUNK) {',
    after: ['for (let from = 0; from <= samples; from += CHUNK) {'],
    reason: 'a chunk of no samples',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before: 'const buffer = new Float32Array(Math.min(CHUNK, samples) * width);',
    after: [
      'const buffer = new Float32Array(CHUNK * width);',
      'const buffer = new Float32Array(Math.max(CHUNK, samples) * width);',
    ],
    reason: 'numbers that nothing reads',
  },
  {
    file: 'packages/evaluation/src/evaluate.ts',
    before:
      'if (first === 0) drawNoise(kind, fold(fold(key, image), chunk), buffer); // the parts of a chunk come in order',
    after: ['if (true) drawNoise(kind, fold(fold(key, image), chunk), buffer); // the parts of a chunk come in order'],
    reason: 'a shortcut: the same noise, drawn again',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: 'const ROWS = 1000;',
    after: ['const ROWS = 1001;'],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: '{ ...options, chunk: Math.max(1, Math.floor(ROWS / samples)) },',
    after: [
      '{ ...options, chunk: Math.min(1, Math.floor(ROWS / samples)) },',
      '{ ...options, chunk: Math.max(0, Math.floor(ROWS / samples)) },',
      '{ ...options, chunk: 1 },',
      '{ ...options, chunk: Math.max(1, Math.ceil(ROWS / samples)) },',
      '{ ...options, chunk: Math.max(1, Math.floor(ROWS * samples)) },',
      '{ ...options, chunk: Math.max(1, Math.floor(ROWS)) },',
    ],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: '...(klPerDimension ? { klPerDimension } : {}),',
    after: ['...(({ klPerDimension })),'],
    reason: 'an undefined property in the place of none',
  },
  {
    file: 'packages/evaluation/src/posterior-statistics.ts',
    before: 'name: own[0]!.name,',
    after: ['name: own[1]!.name,'],
    reason: 'all parts of a layer carry its name',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const params = Object.entries(paramsAt(tf.zeros([1, data.width])));',
    after: [
      'const params = Object.entries(paramsAt(tf.zeros([0, data.width])));',
      'const params = Object.entries(paramsAt(tf.ones([1, data.width])));',
    ],
    reason: 'only the shapes are read, without the rows',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const runner = { ...(engine ? { engine } : {}), ...(threads ? { threads } : {}) };',
    after: [
      'const runner = { ...(engine ? { engine } : {}), ...(({ threads })) };',
      'const runner = { ...(({ engine })), ...(threads ? { threads } : {}) };',
    ],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const runner = { ...(engine ? { engine } : {}), ...(threads ? { threads } : {}) };',
    after: ['const runner = { ...(engine ? { engine } : {}), ...(({})) };'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const isBetter = refined.effectiveSampleSize >= amortised.effectiveSampleSize;',
    after: ['const isBetter = refined.effectiveSampleSize > amortised.effectiveSampleSize;'],
    reason: 'weights of equal sizes are those of one posterior',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: 'const own = entries.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [-1, ...shape])] as const);',
    after: ['const own = entries.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [1, ...shape])] as const);'],
    reason: 'evaluate gives one data point at a time',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(engine ? { engine } : {}),',
    after: ['...(({ engine })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({ threads })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refine.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({})),'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/annealing/chains.ts',
    before: 'for (let row = 0; row < count; row++) logWeights[row]! += step * state.logRatio[row]!;',
    after: ['for (let row = 0; row <= count; row++) logWeights[row]! += step * state.logRatio[row]!;'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealing/chains.ts',
    before: 'for (let row = 0; row < count; row++) acceptance[row]! += moved.acceptance![row]! / moves;',
    after: ['for (let row = 0; row <= count; row++) acceptance[row]! += moved.acceptance![row]! / moves;'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealing/chains.ts',
    before: 'for (let row = 0; row < count; row++) {',
    after: ['for (let row = 0; row <= count; row++) {'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/annealing/chains.ts',
    before: 'const uniforms = new Float32Array(2 * count);',
    after: ['const uniforms = new Float32Array(3 * count);'],
    reason: 'numbers that nothing reads',
  },
  {
    file: 'packages/evaluation/src/annealing/step-sizes.ts',
    before: 'for (let point = 0; point < this.#sizes.length; point++) {',
    after: ['for (let point = 0; point <= this.#sizes.length; point++) {'],
    reason: 'what is written beyond the end of a typed array is dropped',
  },
  {
    file: 'packages/evaluation/src/encodings.ts',
    before: 'const ROWS = 1000;',
    after: ['const ROWS = 1001;'],
    reason: 'memory against time: how many data points are run at once',
  },
  {
    file: 'packages/evaluation/src/latent-activity.ts',
    before: 'return { variance: variances, active: variances.filter((value) => value > ACTIVE_VARIANCE).length };',
    after: ['return { variance: variances, active: variances.filter((value) => value >= ACTIVE_VARIANCE).length };'],
    reason: 'a variance of exactly the float64 nearest to 0.01',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(engine ? { engine } : {}),',
    after: ['...(({ engine })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({ threads })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(threads ? { threads } : {}),',
    after: ['...(({})),'],
    reason: 'threads only: results do not depend on them',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: '...(signal ? { signal } : {}),',
    after: ['...(({ signal })),'],
    reason: 'an undefined option is the default as well',
  },
  {
    file: 'packages/evaluation/src/refinement.ts',
    before: "const values = all.dataSync<'float32'>().slice();",
    after: ["const values = all.dataSync<'float32'>();"],
    reason: 'the values that are written over are replaced in the next line',
  },
];
