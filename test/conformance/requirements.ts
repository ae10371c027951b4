// The requirements on a run.
import { explanations } from './explanations.ts';
import { passedInTable, type Summary } from './table.ts';

const APPLICABLE = 2100;
const SHARE = 0.95;

/** Every requirement that a run does not meet, in words. */
export function unmet(summary: Summary, committed: string): string[] {
  const { total, failures, files, nodes, foreignKernels } = summary;
  const applicable = total.passed + total.failed;
  const failing = new Set(failures.map(({ name }) => name));
  const fewer = [...passedInTable(committed)].filter(([file, before]) => (files.get(file)?.passed ?? 0) < before);
  return [
    ...(applicable < APPLICABLE ? [`${applicable} applicable tests; at least ${APPLICABLE} are required`] : []),
    ...(total.passed < SHARE * applicable
      ? [`${total.passed} of ${applicable} pass; ${SHARE * 100} % are required`]
      : []),
    ...(nodes === 0 ? ['ONNX Runtime ran no node'] : []),
    ...(foreignKernels > 0 ? [`${foreignKernels} kernels of another backend were called`] : []),
    ...failures
      .filter(({ explanation }) => explanation === undefined)
      .map(({ file, name, message }) => `${file}: ${name}: fails without explanation: ${message}`),
    ...Object.keys(explanations)
      .filter((name) => !failing.has(name))
      .map((name) => `explained but not failing: ${name}`),
    ...fewer.map(([file, before]) => `${file}: ${files.get(file)?.passed ?? 0} pass, ${before} in the committed table`),
  ];
}
