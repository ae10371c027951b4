// The table of results: for each file the numbers of passed, failed and not applicable tests, then every failure and
// every reason.
import { explanations } from './explanations.ts';
import type { Observation } from './observation.ts';
import { outcomeOf } from './outcome.ts';

/** Passed, failed, not applicable, and those counted apart for dispatching no kernel. */
interface Counts {
  passed: number;
  failed: number;
  notApplicable: number;
  noKernel: number;
}

export interface Summary {
  readonly files: ReadonlyMap<string, Counts>;
  readonly total: Counts;
  readonly reasons: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  /** Nodes that ONNX Runtime ran. */
  readonly nodes: number;
  /** Kernels of another backend that were called. */
  readonly foreignKernels: number;
}

interface Failure {
  readonly file: string;
  readonly name: string;
  readonly message: string;
  readonly explanation: string | undefined;
}

const none = (): Counts => ({ passed: 0, failed: 0, notApplicable: 0, noKernel: 0 });
const columns = {
  passed: 'passed',
  failed: 'failed',
  'not applicable': 'notApplicable',
  'no kernel': 'noKernel',
} as const;

export function summarise(observations: readonly Observation[]): Summary {
  const files = new Map<string, Counts>();
  const reasons = new Map<string, number>();
  const failures: Failure[] = [];
  const total = none();
  for (const observation of observations) {
    const outcome = outcomeOf(observation);
    if (outcome.kind === 'switched off') continue;
    const counts = files.get(observation.file) ?? none();
    files.set(observation.file, counts);
    counts[columns[outcome.kind]]++;
    total[columns[outcome.kind]]++;
    if (outcome.kind === 'not applicable') reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
    if (outcome.kind === 'failed') failures.push(failureOf(observation, outcome.explanation));
  }
  const sum = (of: (observation: Observation) => number) => observations.reduce((all, each) => all + of(each), 0);
  const [nodes, foreignKernels] = [sum((each) => each.nodes), sum((each) => each.foreignKernels)];
  return { files, total, reasons, failures, nodes, foreignKernels };
}

function failureOf({ file, name, messages }: Observation, explanation?: string): Failure {
  const plain = name.replace(' onnxruntime {}', '');
  const message = messages[0]?.split('\n')[0] ?? 'no message';
  return { file, name: plain, message, explanation: explanation ?? explanations[plain] };
}

/** The table as Markdown; files whose tests dispatch no kernel are left out. */
export function formatTable({ files, total, reasons, failures }: Summary): string {
  const rows = [...files]
    .filter(([, { passed, failed, notApplicable }]) => passed + failed + notApplicable > 0)
    .map(([file, { passed, failed, notApplicable }]) => `| ${file} | ${passed} | ${failed} | ${notApplicable} |`);
  return [
    '| file | passed | failed | not applicable |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    `| all | ${total.passed} | ${total.failed} | ${total.notApplicable} |`,
    '',
    `${total.noKernel} tests dispatch no kernel and are in none of these numbers.`,
    '',
    '| not applicable because of | tests |',
    '| --- | ---: |',
    ...[...reasons].toSorted(([, a], [, b]) => b - a).map(([reason, count]) => `| ${reason} | ${count} |`),
    '',
    '| failing test | why |',
    '| --- | --- |',
    ...failures.map(
      ({ file, name, explanation, message }) =>
        `| ${file}: ${name} | ${explanation ?? `**unexplained**: ${message}`} |`,
    ),
    '',
  ].join('\n');
}

/** Passed tests by file in a table that was written by {@link formatTable}. */
export function passedInTable(table: string): ReadonlyMap<string, number> {
  const rows = table.matchAll(/^\| (\S+_test\.js) \| (\d+) \| \d+ \| \d+ \|$/gm);
  return new Map([...rows].map(([, file, passed]) => [file!, Number(passed)]));
}
