// The forms of a comparison: text, Markdown, CSV by RFC 4180, LaTeX, JSON.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealed } from '@flowvae/runs';
import { compareRuns, formatComparison } from 'flowvae';
import { expect, it } from 'vitest';
import { flowvaeHere } from '../in-process.ts';
import { freshFolder, methodsByHand, runByHand } from './run-folders.ts';

const folder = methodsByHand(freshFolder(), { none: [2, 2.1, 1.9], 'planar*2': [0.05, -0.1, 0.05] });
const comparison = compareRuns([folder]);

it('the text has aligned columns and a line on how to read them', () => {
  const [head, best, worse, note] = formatComparison(comparison, 'text').split('\n');
  expect(head).toMatch(
    /^flow +seeds +test NLL +sd +test ELBO +seconds +difference to best \[95 % interval\] +p +verdict$/,
  );
  expect(best).toMatch(/^planar\*2 +3 +95\.101 ± 0\.052 .* best$/);
  expect(worse).toMatch(/^none +3 .* 1\.999 \[1\.780, 2\.217\] +<0\.001 +worse$/);
  expect(note).toMatch(/p is corrected for one comparison/);
  expect(head!.indexOf('verdict')).toBe(best!.indexOf('best'));
});

it('Markdown escapes the stars of a formula', () => {
  const lines = formatComparison(comparison, 'markdown').split('\n');
  expect(lines[1]).toMatch(/^\| --- \| ---: /);
  expect(lines[2]).toMatch(/^\| planar\\\*2 \| 3 \|/);
});

it('CSV has CR LF, quotes by RFC 4180, and every digit', () => {
  const odd = freshFolder();
  runByHand(odd, 'a', { nll: [1, 2, 4], config: { flow: 'say "hi", you' } });
  const [head, line, end] = formatComparison(compareRuns([odd], { columns: ['flow', 'nll'] }), 'csv').split('\r\n');
  expect([head!.split(',').slice(0, 4), end]).toEqual([['flow', 'seeds', 'nll.mean', 'nll.sd'], '']);
  expect(line).toMatch(/^"say ""hi"", you",1,2\.3333333333333335,,,1,/);
});

it('CSV holds no cell that a program for tables runs as a formula, and each name of a column once', () => {
  const odd = freshFolder();
  const cells = ['=1+1', '+a', '@a', '-a', '-0.5', '-', 'a=b'];
  cells.forEach((seeds, i) => {
    const experiment = { module: null, settings: { seeds } };
    runByHand(odd, `r${i}`, { nll: [1, 2, i], config: { experiment } });
  });
  const lines = formatComparison(compareRuns([odd], { columns: ['set.seeds'] }), 'csv').split('\r\n');
  expect(lines.slice(1, -1).map((line) => line.split(',')[0])).toEqual(
    expect.arrayContaining(["'=1+1", "'+a", "'@a", "'-a", '-0.5', '-', 'a=b']),
  );
  const sweep = freshFolder();
  const trials = [{ slug: 'a', values: { seeds: 'many' } }];
  writeFileSync(join(sweep, 'sweep.json'), sealed({ trials }));
  runByHand(join(sweep, 'runs'), 'a', { nll: [1, 2] });
  const head = formatComparison(compareRuns([sweep], { by: ['seeds'] }), 'csv')
    .split('\r\n')[0]!
    .split(',');
  expect(head.slice(0, 2)).toEqual(['seeds (setting)', 'seeds']);
});

it('Markdown takes pipes, entities and formulas in names as they are', () => {
  const odd = freshFolder();
  runByHand(odd, 'a', { nll: [1, 2], config: { flow: 'a|b &lt; $x$ `c`' } });
  const text = formatComparison(compareRuns([odd], { columns: ['flow'] }), 'markdown');
  expect(text).toContain('| a\\|b \\&lt; \\$x\\$ \\`c\\` |');
});

it('the text says what seeds that would decide promise', () => {
  const odd = methodsByHand(freshFolder(), { none: [0, 0.3, -0.2], planar: [0.2, 0.4, 0.1] });
  const text = formatComparison(compareRuns([odd]), 'text');
  expect(text).toMatch(/not told apart; \d+ more seeds would decide it/);
  expect(text).toMatch(/they tell it in four of five cases/);
  expect(formatComparison(comparison, 'text')).not.toMatch(/four of five/);
});

it('text and LaTeX have whole numbers with all digits, and one number of decimals for deviations', () => {
  const odd = freshFolder();
  const sized = { none: [997_664, 1, 1.5], 'planar*2': [1_322_474, 1, 3] } as const;
  for (const [flow, [parameters, ...shifts]] of Object.entries(sized)) {
    shifts.forEach((shift, seed) => {
      const run = { nll: [shift, shift + 1, shift + 2], config: { flow, seed }, report: { parameters } };
      runByHand(odd, `${flow.slice(0, 4)}-${seed}`, run);
    });
  }
  const options = { columns: ['flow', 'parameters'] };
  for (const form of ['text', 'latex'] as const) {
    const text = formatComparison(compareRuns([odd], options), form);
    expect(text).toMatch(/ 0\.35 .* 997664 /);
    expect(text).toMatch(/ 1\.41 .* 1322474 /);
  }
  const counted = formatComparison(compareRuns([odd], { ...options, metric: 'parameters' }), 'text');
  expect(counted).toMatch(/^planar\*2 +2 +1322474 +0 +324810 /m);
});

it('JSON gives back the comparison, with null for numbers that are not known', () => {
  const single = compareRuns([join(folder, 'none-0')]);
  const { rows } = JSON.parse(formatComparison(single, 'json'));
  expect(rows[0].measures.nll).toMatchObject({ n: 1, mean: single.rows[0]!.measures.nll!.mean, sd: null, se: null });
});

const awkward = 'a_b&c%d#e$f{g}h~i^j\\k<l>m|n"o';

it('LaTeX escapes every special character, and has the rules of booktabs', () => {
  const odd = freshFolder();
  runByHand(odd, 'a', { nll: [1, 2, 4], config: { flow: awkward } });
  const text = formatComparison(compareRuns([odd], { columns: ['flow', 'elbo'] }), 'latex');
  expect(text).toContain(
    'a\\_b\\&c\\%d\\#e\\$f\\{g\\}h\\textasciitilde{}i\\textasciicircum{}j\\textbackslash{}k$<$l$>$m$|$n"o',
  );
  expect(text.match(/\\(top|mid|bottom)rule/g)).toEqual(['\\toprule', '\\midrule', '\\bottomrule']);
  expect(text).toContain('$-$3.333');
});

const PDFLATEX = '/usr/bin/pdflatex';

it.skipIf(!existsSync(PDFLATEX))('LaTeX is accepted by pdflatex (needs /usr/bin/pdflatex)', () => {
  const odd = freshFolder();
  methodsByHand(odd, { [awkward.replace('\\', '').replaceAll(/[<>|"]/g, '')]: [1, 2], none: [0, 1.5] });
  const table = formatComparison(compareRuns([odd]), 'latex');
  const document = `\\documentclass{article}\\usepackage{booktabs}\\begin{document}\\tiny\n${table}\\end{document}\n`;
  writeFileSync(join(odd, 'table.tex'), document);
  const log = execFileSync(PDFLATEX, ['-interaction=nonstopmode', '-halt-on-error', 'table.tex'], { cwd: odd });
  expect(log.toString()).toContain('Output written on table.pdf (1 page');
});

it('the command writes the form of the ending of --out, and one line for a mistake', async () => {
  const out = join(freshFolder(), 'table.tex');
  expect(await flowvaeHere(['compare', folder, '--out', out])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(existsSync(out)).toBe(true);
  const unknown = join(freshFolder(), 'table.pdf');
  const { code, stderr } = await flowvaeHere(['compare', folder, '--out', unknown]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/ends in \.txt, \.md, \.csv, \.tex or \.json, got .*pdf/)]);
  expect(existsSync(unknown)).toBe(false);
  expect(await flowvaeHere(['compare', folder, '--format', 'csv', '--out', unknown])).toMatchObject({ code: 0 });
  const json = await flowvaeHere(['compare', folder, '--json', '--by', 'flow', '--columns', 'flow,seconds']);
  expect(JSON.parse(json.stdout).measureColumns).toHaveLength(2);
  const refused = [
    ['--level', '1'],
    ['--margin', '-1'],
    ['--format', 'htm'],
    ['--html', 'a.txt'],
    ['--figure', 'a.jpg'],
    ['--out', 'a.pdf'],
    ['--columns', 'flow,,lr'],
    ['--json', '--format', 'csv'],
  ];
  for (const words of refused) {
    const { code, stderr } = await flowvaeHere(['compare', folder, ...words]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`^flowvae: ${words[0]}: expected [^\\n]+\\n$`)),
    ]);
  }
});
