// `pnpm check-flows [--keys 200] [--from 0] [--seconds 3600] [--checks logDet,…] [--mutants] [--only formulas|cases]
// [formula …]`: the public checker at its defaults over every flow of the table. No right flow may be called wrong;
// with --mutants, every wrong one has to be.
// Progress to stderr, the table to stdout; exits with 1 where the checker erred.
import { type CheckName, checkFlow, type Flow, parseFlow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { tolerateClosedPipes } from '../../packages/flowvae/src/command/closed-pipes.ts';
import { checkedFormulas } from '../cases/checked-formulas.ts';
import type { FlowCase } from '../cases/flow-case.ts';
import { flowCases } from '../cases/flows.ts';
import { checkerMutants } from '../laws/checker-mutants.ts';
import { readArguments, refuse, wholeNumber } from '../processes/arguments.ts';

tolerateClosedPipes();

const USAGE =
  'pnpm check-flows [--keys 200] [--from 0] [--seconds 3600] [--checks logDet,…] [--mutants]\n' +
  '  [--only formulas|cases] [formula …]';
const { values, positionals } = readArguments(USAGE, {
  allowPositionals: true,
  options: {
    keys: { type: 'string', default: '200' },
    from: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '999999999' },
    checks: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const [first, keys, seconds] = (['from', 'keys', 'seconds'] as const).map((option) =>
  wholeNumber(option, values[option], USAGE),
) as [number, number, number];
/** Default: all checks. */
const chosen = values.checks === undefined ? {} : { checks: values.checks.split(',') as CheckName[] };
const end = Date.now() + 1000 * seconds;

interface Maker {
  readonly name: string;
  readonly make: (dim: number) => Flow;
  /** Default: those of `checkFlow`. */
  readonly dims?: readonly number[];
}

const ofFormula = (formula: string): Maker => ({ name: formula, make: (dim) => parseFlow(formula, dim) });
/** A picture has the dimensions of its row; other flows have those of `checkFlow`. */
const ofRow = ({ name, make, dims }: FlowCase): Maker =>
  dims.includes(2) && dims.includes(5) ? { name, make } : { name, make, dims };
/** Formulas, then every row of the tests' table: inverses and chains among them, which no formula names. */
const sets: Readonly<Record<string, readonly Maker[]>> = {
  formulas: checkedFormulas.map(ofFormula),
  cases: flowCases.map(ofRow),
};
const rightFlows = values.only === undefined ? Object.values(sets).flat() : sets[values.only];
if (!rightFlows) refuse(`--only: expected ${Object.keys(sets).join(' or ')}, received '${values.only}'`, USAGE);
const makers: readonly Maker[] = values.mutants
  ? checkerMutants
  : positionals.length > 0
    ? positionals.map(ofFormula)
    : rightFlows;
const rows = makers.map((maker) => ({ ...maker, tried: 0, passed: 0, judged: 0, planned: 0, wrong: [] as string[] }));

for (let seed = first; seed < first + keys; seed++) {
  for (const row of rows) {
    if (Date.now() > end) break;
    const { ok, outcomes, findings } = checkFlow(row.make, {
      key: key(seed),
      ...chosen,
      ...(row.dims && { dims: row.dims }),
    });
    row.tried++;
    if (ok) row.passed++;
    for (const { judged, planned } of outcomes) {
      row.judged += judged;
      row.planned += planned;
    }
    process.stderr.write(`key ${seed}, ${row.name}: ${ok ? 'OK' : `${findings.length} findings`}\n`);
    if (ok !== values.mutants) continue;
    row.wrong.push(ok ? `key ${seed}: nothing was found` : `key ${seed}: ${findings.join('; ')}`);
    process.exitCode = 1;
  }
}

console.log('| flow | keys | passed | judged of planned comparisons |\n| --- | --- | --- | --- |');
for (const { name, tried, passed, judged, planned } of rows) {
  const share = planned === 0 ? 'none' : `${((100 * judged) / planned).toFixed(1)} %`;
  console.log(`| ${name} | ${tried} | ${passed} | ${share} |`);
}
for (const { name, wrong } of rows) for (const finding of wrong) console.log(`${name}, ${finding}`);
