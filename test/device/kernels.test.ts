// Every kernel of TensorFlow.js on the device, with its gradients, against processors: many rows of the table in a
// graph, because a session costs more than a kernel.
import { compile } from '@flowvae/compiler';
import type { Tensor } from '@flowvae/tensor';
import { describe, expect, it } from 'vitest';
import type { OutputArray } from '../../packages/compiler/src/sessions/executable.ts';
import type { KernelCase } from '../compiler/kernel-case.ts';
import { kernelCases } from '../compiler/kernel-cases.ts';
import { agree, arraysOf, shapesOf, withGradients } from '../compiler/kernel-programs.ts';
import { isMissing, without } from './card.ts';

type Arrays = Readonly<Record<string, OutputArray>>;

/** Kernels whose results differ, each with the reason. */
const others: Readonly<Record<string, RegExp>> = {
  'the provider has no MaxPool with indices': /^MaxPool/,
  'WGSL promises sine and cosine to 2^-11, arc cosine to 2^-12 or so': /^(Sin|Cos|Tan|Acos)$/,
  'WGSL promises no NaN outside of the domain': /^Log$/,
};

const rows = kernelCases.filter(({ kernel }) => !Object.values(others).some((pattern) => pattern.test(kernel)));

const TOGETHER = 60;

const groups = Array.from({ length: Math.ceil(rows.length / TOGETHER) }, (_, i) =>
  rows.slice(i * TOGETHER, (i + 1) * TOGETHER),
);

/** Names of a row's inputs or outputs in the graph of its group. */
const inGroup = <T>(row: number, values: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(values).map(([name, value]) => [`${row}: ${name}`, value]);

/** The results of all rows of a group. */
const together =
  (group: readonly KernelCase[]) =>
  (inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
    Object.fromEntries(
      group.flatMap((row, i) => {
        const own = Object.keys(row.inputs).map((name) => [name, inputs[`${i}: ${name}`]!] as const);
        return inGroup(i, withGradients(row, Object.fromEntries(own)));
      }),
    );

const joined = <T>(group: readonly KernelCase[], of: (row: KernelCase) => Readonly<Record<string, T>>) =>
  Object.fromEntries(group.flatMap((row, i) => inGroup(i, of(row))));

async function resultsOf(group: readonly KernelCase[], onDevice: boolean): Promise<Arrays> {
  const fn = compile(together(group), { onDevice });
  const executable = await fn.specialise(joined(group, shapesOf));
  const results = await executable.run<OutputArray>(joined(group, arraysOf));
  await fn.dispose();
  return results;
}

describe.skipIf(isMissing)(`a device${without}`, () => {
  it.each(groups.map((group, i) => [i + 1, group] as const))(
    'has the results of kernels, part %i',
    async (_, group) => {
      const [here, there] = [await resultsOf(group, false), await resultsOf(group, true)];
      const differences = Object.entries(here).flatMap(([name, values]) => {
        const { kernel, name: row } = group[Number.parseInt(name, 10)]!;
        return Array.from(values).flatMap((number, i) =>
          agree(there[name]![i]!, number)
            ? []
            : [`${kernel} ${row}, ${name}[${i}]: ${there[name]![i]}, here ${number}`],
        );
      });
      expect(differences).toEqual([]);
    },
  );
});
