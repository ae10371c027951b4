// Mutants of the checker of flows that change no result, each with its reason.
import type { Explained } from './explained.ts';

export const flowChecker: readonly Explained[] = [
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'if (coin < 0.5) return Math.min(gradient.length - 1, Math.floor(place * gradient.length));',
    after: [
      'if (coin < 0.5) return Math.min(gradient.length + 1, Math.floor(place * gradient.length));',
      'if (coin < 0.5) return Math.min(gradient.length - 0, Math.floor(place * gradient.length));',
    ],
    reason: 'a uniform number is below 1',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'return gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best]!) ? i : best), 0);',
    after: [
      'return gradient.reduce((best, value, i) => (Math.abs(value) >= Math.abs(gradient[best]!) ? i : best), 0);',
    ],
    reason: 'either of two equal elements',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const ATTEMPTS = [1, 1 / 8, 1 / 64];',
    after: ['const ATTEMPTS = [1, 1 / 8, 1 / 65];'],
    reason: 'a step that is shorter by one part in 65',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const at = list.findIndex((one, i) => !list.slice(i + 1).some((shorter) => contradict(one, shorter)));',
    after: ['const at = list.findIndex((one, i) => !list.slice(i + 0).some((shorter) => contradict(one, shorter)));'],
    reason: 'no difference contradicts itself',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'const shows = attempt === 1 ? !isBlurred(difference) : isSharp(difference);',
    after: ['const shows = (isSharp(difference));'],
    reason: 'a shortcut: what is right and not blurred at the first step is confirmed at the end',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-1)!));',
    after: ['given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-0)!));'],
    reason: 'time only: a shorter step than a blurred one is blurred as well',
  },
  {
    file: 'packages/flows/src/check/check-flow.ts',
    before:
      'function checkOptions({ checks = allChecks, draws = 4, points = 8 }: CheckFlowOptions, scales: readonly number[]) {',
    after: [
      'function checkOptions({ checks = allChecks, draws = 5, points = 8 }: CheckFlowOptions, scales: readonly number[]) {',
    ],
    reason: 'any whole number is accepted',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'const COPIES = 3;',
    after: ['const COPIES = 4;'],
    reason: 'rounding is looked at once more',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'if (!(rounding <= LARGEST_ROUNDING)) return undefined;',
    after: ['if (!(rounding < LARGEST_ROUNDING)) return undefined;'],
    reason: 'a rounding of exactly 1e-2',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before: 'return sums.reduce((total, sum) => tf.add(total, sum));',
    after: ['return sums.reduce((total, sum) => tf.sub(total, sum));'],
    reason: 'gradients of a difference are finite where those of the sum are',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before: 'const LARGEST_POINT = 1e9;',
    after: ['const LARGEST_POINT = 1000000001;'],
    reason: 'one part in 10⁹ more',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: "if (Number.isNaN(largest)) return [...growths, 0].map(() => notFinite('y or its Jacobian', row));",
    after: ["if (Number.isNaN(largest)) return [...growths, 1].map(() => notFinite('y or its Jacobian', row));"],
    reason: 'only the number of items counts',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'given = only(given, (question) => !answers.has(question) && !isBlurred(seen.get(question)!.at(-1)!));',
    after: ['given = only(given, (question) => !answers.has(question) || !isBlurred(seen.get(question)!.at(-1)!));'],
    reason: 'time only: a shorter step confirms what a longer one did, and one that is blurred decides nothing',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: 'if (error <= allowed && rounding > LARGEST_LOG_DET_ROUNDING) return undefined;',
    after: ['if (error <= allowed && rounding >= LARGEST_LOG_DET_ROUNDING) return undefined;'],
    reason: 'a rounding of exactly 2e-3',
  },
  {
    file: 'packages/flows/src/check/drawn-inputs.ts',
    before: 'for (let row = 0; row < rows * times; row++) {',
    after: ['for (let row = 0; row <= rows * times; row++) {'],
    reason: 'an empty row behind the last',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'for (let j = k; j < 2 * n; j++) top[j]! /= divisor;',
    after: [
      'for (let j = k; j <= 2 * n; j++) top[j]! /= divisor;',
      'for (let j = k; j < 3 * n; j++) top[j]! /= divisor;',
    ],
    reason: 'nothing lies behind the end of an array',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'if (factor !== 0) for (let j = k; j < 2 * n; j++) row[j]! -= factor * top[j]!;',
    after: [
      'if (factor !== 0) for (let j = k; j < 3 * n; j++) row[j]! -= factor * top[j]!;',
      'if (factor !== 0) for (let j = k; j <= 2 * n; j++) row[j]! -= factor * top[j]!;',
    ],
    reason: 'nothing lies behind the end of an array',
  },
  {
    file: 'packages/flows/src/check/probe.ts',
    before: "Array.from(drawUniform(fold(key, 'cotangent'), COPIES), (value) => Math.fround((1 + value) / 2));",
    after: ["Array.from(drawUniform(fold(key, 'cotangent'), COPIES), (value) => Math.fround((1 - value) / 2));"],
    reason: 'any factor that is no power of 2 rounds in another way',
  },
  {
    file: 'packages/flows/src/check/gradients/joint-differences.ts',
    before: 'const step = Math.min(...questions.map((question) => stepOf(question, probe.scale)));',
    after: ['const step = Math.max(...questions.map((question) => stepOf(question, probe.scale)));'],
    reason: 'time only: what a longer step does not confirm is asked by itself',
  },
  {
    file: 'packages/flows/src/check/jacobian.ts',
    before: 'Float64Array.from({ length: 2 * n }, (__, j) => (j < n ? matrix[i * n + j]! : Number(j - n === i))),',
    after: ['Float64Array.from({ length: 3 * n }, (__, j) => (j < n ? matrix[i * n + j]! : Number(j - n === i))),'],
    reason: 'columns that nobody reads',
  },
  {
    file: 'packages/flows/src/check/rows-check.ts',
    before: 'const copies = Array.from({ length: COPIES + 1 }, (_, copy) =>',
    after: ['const copies = Array.from({ length: COPIES + 0 }, (_, copy) =>'],
    reason: 'rounding is looked at twice, not three times',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'if (shows && isRight(difference)) answers.set(question, comparisonOf(difference));',
    after: ['if (false) answers.set(question, comparisonOf(difference));'],
    reason: 'time only: the end confirms what is right at any step',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-questions.ts',
    before: 'const [coin, place] = drawUniform(key, 2) as unknown as [number, number];',
    after: ['const [coin, place] = drawUniform(key, 3) as unknown as [number, number];'],
    reason: 'a longer draw begins with the shorter one',
  },
  {
    file: 'packages/flows/src/check/autodiff.ts',
    before: 'if (!(error instanceof Error)) throw error;',
    after: ['if (false) throw error;'],
    reason: 'thrown at the end as well: it has no message that matches',
  },
  {
    file: 'packages/flows/src/check/map-checks.ts',
    before: 'if (largest > LARGEST_GROWTH) return [...growths, 0].map(() => undefined);',
    after: ['if (largest > LARGEST_GROWTH) return [...growths, 1].map(() => undefined);'],
    reason: 'only the number of items counts',
  },
  {
    file: 'packages/flows/src/check/gradients/gradient-check.ts',
    before: 'attempt * SECOND_LOOK,',
    after: ['attempt / SECOND_LOOK,'],
    reason: 'a second step beside the first, longer in place of shorter',
  },
  {
    file: 'packages/flows/src/check/gradients/probe-loss.ts',
    before: 'if (rows.length === size) return rows;',
    after: ['if (false) return rows;'],
    reason: 'a shortcut: sums of one number each',
  },
  {
    file: 'packages/flows/src/check/gradients/probe-loss.ts',
    before:
      'const results = isStackable ? evaluateEach(map, asIs, { shared, keepsBroadcast }) : asIs.map((inputs) => evaluate(map, inputs));',
    after: ['const results = (asIs.map((inputs) => evaluate(map, inputs)));'],
    reason: 'time only: one call for each input',
  },
  {
    file: 'packages/flows/src/check/finite-layers.ts',
    before:
      'condition <= LARGEST_CONDITION && inverse.every((element) => Math.abs(element) <= LARGEST_INVERSE) ? [row] : [],',
    after: [
      'condition < LARGEST_CONDITION && inverse.every((element) => Math.abs(element) <= LARGEST_INVERSE) ? [row] : [],',
    ],
    reason: 'a condition of exactly 1e6',
  },
];
