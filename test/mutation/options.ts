// The options of `pnpm mutate`.
import { parseArgs } from 'node:util';
import { allSources, roomNames, sourcesOf } from './rooms.ts';

export interface Options {
  readonly sources: readonly string[];
  readonly sample: number;
  readonly seed: number;
  /** Seconds that all tests of one mutant may take. */
  readonly budget: number;
  /** Minutes after which no further mutant is begun; 0 only prints the known verdicts. */
  readonly minutes: number;
  readonly again: boolean;
  readonly json: boolean;
  readonly list: boolean;
  readonly write: boolean;
}

/** @throws Error with the expectation */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      package: { type: 'string', multiple: true, default: [] },
      sample: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: '1' },
      budget: { type: 'string', default: 'Infinity' },
      minutes: { type: 'string', default: 'Infinity' },
      again: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  for (const room of values.package) expectOneOf('--package', room, roomNames);
  for (const file of positionals) expectOneOf('file', file, allSources());
  const named = [...positionals, ...values.package.flatMap(sourcesOf)];
  return {
    ...values,
    sources: named.length > 0 ? named : allSources(),
    sample: numberOf('--sample', values.sample),
    seed: numberOf('--seed', values.seed),
    budget: numberOf('--budget', values.budget),
    minutes: numberOf('--minutes', values.minutes),
  };
}

function expectOneOf(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new Error(`mutate: ${name}: expected one of ${known.join(', ')}, got ${value}`);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0))
    throw new Error(`mutate: ${name}: expected a number, 0 or more, got ${text}`);
  return value;
}
