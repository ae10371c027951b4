// The watch over the first step of a run: whose mistake an error is.
import { defineExperiment, ExpectationError } from 'flowvae';
import { expect, it } from 'vitest';
import { firstStep } from '../../../packages/flowvae/src/definition/first-step.ts';

const data = { shape: [4], form: 'real', hasMissing: false } as const;
const definition = defineExperiment({ model: ({ builtIn }) => builtIn({}) });
const module = { path: '/home/me/own.ts', sha256: '' } as never;
const own = { definition, module, values: {} };

it('a mistake of a module is one line, with its name and the width of the data, until a step is done', () => {
  const first = firstStep({ own, data });
  const fault = new TypeError('shapes 32,4 and 32,9 do not match.');
  const told = first.told(fault) as ExpectationError;
  expect(told).toBeInstanceOf(ExpectationError);
  expect(told.message).toMatch(
    /^own: model: expected operations that take the data, 4 numbers in a row, got .*shapes 32,4 and 32,9 do not match$/,
  );
  first.callback.onStep!({ step: 1 } as never);
  expect([first.isDone(), first.told(fault)]).toEqual([true, fault]);
  first.close();
});

it('an error of the system, and one of a run without a module, stays as it is', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const first = firstStep({ own, data });
  expect(first.told(full)).toBe(full);
  first.close();
  const fault = new TypeError('x');
  expect(firstStep({ data }).told(fault)).toBe(fault);
});

it('stacks are as deep after the watch as before', () => {
  const before = Error.stackTraceLimit;
  const first = firstStep({ own, data });
  expect(Error.stackTraceLimit).toBeGreaterThan(before);
  first.close();
  expect(Error.stackTraceLimit).toBe(before);
});
