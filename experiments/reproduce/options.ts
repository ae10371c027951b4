// The command's options.
import { availableParallelism } from 'node:os';
import { ExpectationError } from 'flowvae';
import { readWords } from '../command-line.ts';
import { type Entry, type ScaleName, scaleNames } from './experiment.ts';

/** The options of the command. */
export interface Options {
  /** The name of an experiment; absent for all, with `tables`. */
  readonly experiment: string | undefined;
  readonly scale: ScaleName;
  readonly seeds: number;
  readonly jobs: number;
  readonly threads: number;
  readonly allowDifferentMachine: boolean;
  /** Whether to continue after the end of the terminal or the parent process. */
  readonly detached: boolean;
  readonly list: boolean;
  readonly index: number | undefined;
  readonly only: RegExp | undefined;
  /** A source of data in place of MNIST. */
  readonly data: string | undefined;
  readonly out: string | undefined;
  readonly runs: string;
  readonly tables: boolean;
  readonly check: boolean;
  readonly help: boolean;
}

const declared = {
  scale: { type: 'string', default: 'quick' },
  seeds: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  threads: { type: 'string' },
  'allow-different-machine': { type: 'boolean', default: false },
  detached: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  index: { type: 'string' },
  only: { type: 'string' },
  data: { type: 'string' },
  out: { type: 'string' },
  runs: { type: 'string', default: 'runs/reproduce' },
  tables: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line. @throws ExpectationError that names the option that cannot be used */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const { values, positionals } = readWords({ args: [...args], options: declared, allowPositionals: true });
  const [experiment] = positionals;
  if (positionals.length > 1 || (experiment !== undefined && !names.includes(experiment))) {
    refuse('reproduce', `one of ${names.join(', ')}`, positionals.map((name) => `'${name}'`).join(', '));
  }
  if (experiment === undefined && !values.tables && !values.help) {
    refuse('reproduce', `one of ${names.join(', ')}`, 'no name');
  }
  const scale = scaleNames.find((name) => name === values.scale);
  if (!scale) refuse('--scale', `one of ${scaleNames.join(', ')}`, `'${values.scale}'`);
  const jobs = count('jobs', values.jobs, 1);
  refuseTogether(values);
  if (values.data !== undefined && values.out === undefined) {
    refuse('--data', '--out beside it, for results on other data than the project’s', 'no --out');
  }
  return {
    ...values,
    experiment,
    scale,
    jobs,
    seeds: count('seeds', values.seeds, 1),
    threads:
      values.threads === undefined
        ? Math.max(1, Math.floor(Math.min(availableParallelism(), 4) / jobs))
        : count('threads', values.threads, 1),
    allowDifferentMachine: values['allow-different-machine'],
    index: values.index === undefined ? undefined : count('index', values.index, 0),
    only: values.only === undefined ? undefined : expression(values.only),
    data: values.data,
    out: values.out,
  };
}

/** Refuses pairs of options of which one would be ignored, and an option without the one that it needs. */
function refuseTogether(values: Readonly<Record<string, unknown>>): void {
  const given = (name: string) => values[name] !== undefined && values[name] !== false;
  for (const [one, other] of [
    ['index', 'only'],
    ['index', 'list'],
    ['tables', 'list'],
    ['tables', 'index'],
    ['check', 'index'],
    ['check', 'list'],
  ] as const) {
    if (given(one) && given(other)) refuse(`--${other}`, `no --${other} beside --${one}`, 'both');
  }
}

const LARGEST = 1000;

function count(name: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LARGEST) return value;
  return refuse(`--${name}`, `a whole number from ${least} to ${LARGEST}`, `'${text}'`);
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    return refuse('--only', 'a regular expression', (error as Error).message);
  }
}

/** The runs that `--only` asks for, all without it. @throws ExpectationError if there are none */
export function chosenOf<E extends Entry>(entries: readonly E[], only: RegExp | undefined): readonly E[] {
  const chosen = entries.filter(({ slug }) => only?.test(slug) ?? true);
  if (chosen.length > 0) return chosen;
  return refuse('--only', 'an expression that fits a run that --list prints', `${only}`);
}

function refuse(where: string, expected: string, received: string): never {
  throw new ExpectationError({ where, expected, received });
}

/** The command's help. */
export const usage = (titles: Readonly<Record<string, string>>): string =>
  `pnpm reproduce <name> [--scale smoke|quick|paper] [--seeds n] [--jobs n] [--threads t]

${Object.entries(titles)
  .map(([name, title]) => `  ${name.padEnd(16)} ${title}`)
  .join('\n')}

  --scale     smoke: under a minute; quick (default): fig3 about 20 minutes with --jobs 2, table2 longer; paper: the full protocol
  --seeds     repetitions of each run (default 1)
  --jobs      runs at once, each in a process of its own (default 1)
  --threads   cores for each run (default: all, divided by the jobs); a run that was begun keeps its own
  --allow-different-machine   go on with runs begun under other versions or on another CPU, where bytes may differ
  --detached  continue after the end of the terminal or of the parent process
  --list      print the runs, one JSON a line, and do nothing
  --index     do the run of this place in the list, from 0; for job arrays
  --only      runs whose name this regular expression fits
  --data      data of your own in place of MNIST, as they are, with --out: Larochelle's bits are
              train.amat,valid.amat,test.amat; a folder of results holds those of one data set
  --out       folder of the results (default: experiments/<name>/results; runs/reproduce/smoke/<name> for smoke)
  --runs      folder of the run folders, from which a stopped training run goes on (default: runs/reproduce)
  --tables    write the tables of the READMEs from the committed results; with --check only say which are out of date
  --check     do nothing new: of each run that has its result and its folder, take 200 steps again from the last
              checkpoint but one, evaluate again, and compare

A run whose result is there is not done again. Ctrl-C stops after the steps under way; the same command goes on:
training on MNIST where it was, fig3 with the restart that was stopped, from its beginning.`;
