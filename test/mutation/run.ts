// `pnpm mutate [file …] [--package room] [--sample N] [--seed S]`: changes sources in memory, one place at a time, and
// runs the tests that evaluate the place. A change that no test notices has survived. Progress goes to stderr, the
// table to stdout; a stopped run continues where it ended.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { Coverage } from './coverage.ts';
import { reasonOf } from './explained.ts';
import { Journal } from './journal.ts';
import { type Mutant, nameOf } from './mutant.ts';
import { mutantsOf } from './mutants.ts';
import { type Options, parseOptions } from './options.ts';
import { allSources, roomOf, testFiles, textOf } from './rooms.ts';
import { sampled } from './sample.ts';
import { Suite } from './suite.ts';
import { formatTable, type Judged } from './table.ts';
import { type Court, judged, type Verdict } from './verdict.ts';

tolerateClosedPipes();

/** Where the committed table of a room lies. */
const pathOfTable = (room: string): string => fileURLToPath(new URL(`results/${room}.md`, import.meta.url));

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const mutantsOfAll = (files: readonly string[]): Mutant[] => files.flatMap((file) => mutantsOf(file, textOf(file)));

/**
 * Whether a mutant is still to be judged: also where it survived only because tests were left out that there is now
 * time for.
 */
function isToJudge(mutant: Mutant, known: Verdict | undefined, { again, budget }: Options): boolean {
  if (known === undefined) return true;
  if (known.end !== 'survived' || reasonOf(mutant) !== undefined) return false;
  return again || (known.leftOut > 0 && known.budget !== null && budget > known.budget);
}

async function judgeAll(wanted: readonly Mutant[], journal: Journal, options: Options) {
  const { budget, minutes } = options;
  const open = wanted.filter((mutant) => isToJudge(mutant, journal.verdictOf(mutant), options));
  if (open.length === 0 || minutes === 0) return;
  const suite = new Suite();
  const end = performance.now() + minutes * 60_000;
  try {
    const coverage = new Coverage(allSources());
    await coverage.record(suite, testFiles(), say);
    const court: Court = { suite, coverage, kills: new Map(), trusted: new Set(), budget };
    for (const [i, mutant] of open.entries()) {
      if (performance.now() > end) return say(`${open.length - i} mutants are left: the same command goes on`);
      const verdict = await judged(mutant, court);
      journal.note(mutant, verdict);
      const place = `${mutant.file}:${mutant.line}`;
      const tests = `${verdict.ran} test files${verdict.leftOut > 0 ? `, ${verdict.leftOut} left out` : ''}`;
      say(`${i + 1}/${open.length} ${verdict.end} ${verdict.seconds} s ${place} ${verdict.by ?? tests}`);
      if (verdict.end === 'survived') say(`    ${mutant.before}\n  ⇒ ${mutant.after}`);
    }
  } finally {
    await suite.close();
  }
}

const verdictsOf = (mutants: readonly Mutant[], journal: Journal): Judged[] =>
  mutants.flatMap((mutant) => {
    const verdict = journal.verdictOf(mutant);
    return verdict ? [{ mutant, verdict }] : [];
  });

async function run(options: Options): Promise<void> {
  const mutants = mutantsOfAll(options.sources);
  const wanted = options.sample < mutants.length ? sampled(mutants, options.sample, options.seed) : mutants;
  if (options.list) {
    for (const mutant of wanted) console.log(nameOf(mutant));
    return;
  }
  const journal = new Journal();
  await judgeAll(wanted, journal, options);
  const found = verdictsOf(wanted, journal);
  if (options.json) {
    const rows = found.map(({ mutant, verdict }) => ({ ...mutant, ...verdict, reason: reasonOf(mutant) }));
    console.log(JSON.stringify(rows, undefined, 2));
  } else {
    console.log(formatTable(mutants, found));
    for (const { mutant } of found.filter(isOpen)) console.log(`survived: line ${mutant.line} of ${nameOf(mutant)}`);
  }
  if (options.write) writeTables(mutants, found);
}

/** A table for each room that was asked for, under the command that judged it. */
function writeTables(mutants: readonly Mutant[], found: readonly Judged[]): void {
  const command = `pnpm mutate ${process.argv.slice(2).join(' ')}`;
  for (const room of new Set(mutants.map(({ file }) => roomOf(file)))) {
    const ofRoom = ({ file }: Mutant) => roomOf(file) === room;
    const own = found.filter(({ mutant }) => ofRoom(mutant));
    const open = own.filter(isOpen).map(({ mutant }) => `- line ${mutant.line} of \`${nameOf(mutant)}\``);
    const table = formatTable(mutants.filter(ofRoom), own);
    const survivors = open.length > 0 ? ['', 'Survivors that nothing explains:', '', ...open] : [];
    writeFileSync(pathOfTable(room), `${[`\`${command}\``, '', table, ...survivors].join('\n')}\n`);
  }
}

const isOpen = ({ mutant, verdict }: Judged): boolean => verdict.end === 'survived' && !reasonOf(mutant);

try {
  await run(parseOptions(process.argv.slice(2)));
  process.exitCode = 0; // vitest sets another where a test fails, as it should here
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
