// `tsx experiments/targets/khat/run.ts`: is the advice of k̂ right? Short fits of every target by several guides, so
// that good and bad ones are among them; the errors of log Z and of the moments by the level of k̂.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeParetoK, fitTarget, key, targets, tf, writeFileAtomically } from 'flowvae';
import { readChoices, readCount, readValues, startCommand } from '../../command-line.ts';
import { updateMarkedTables } from '../../readme-tables.ts';
import { checkedColumns, worstErrors } from '../worst-errors.ts';
import { type JudgedFit, levelTable } from './table.ts';

startCommand();
const inHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const values = readValues({
  seeds: { type: 'string', default: '5' },
  steps: { type: 'string', default: '600' },
  only: { type: 'string' },
  out: { type: 'string', default: inHere('results.json') },
});
const guides = ['mean-field', 'full-rank', 'planar*8', 'realnvp*2', 'iaf*2', 'spline*1'] as const;
const steps = readCount('steps', values.steps);
const seeds = readCount('seeds', values.seeds);
const settings = { steps, annealSteps: Math.round(steps / 10), batch: 128, lr: 0.01, samples: 4000 } as const;

type TargetName = keyof typeof targets;

async function judged(name: TargetName, guide: string, seed: number): Promise<JudgedFit> {
  const target = targets[name];
  const { estimate, guide: fitted } = await fitTarget(target, {
    ...{ ...settings, flow: guide, threads: 1, key: key(seed) },
  });
  const { logZ, logZError, paretoK, effectiveSampleSize, moments } = estimate;
  tf.dispose(fitted.variables);
  return {
    ...{ target: name, guide, seed, paretoK, effectiveSampleSize, logZError },
    level: describeParetoK(paretoK, settings.samples).level,
    difference: logZ - target.logZ!,
    ...(target.moments ? worstErrors(moments, target.moments, checkedColumns[name]) : {}),
  };
}

await tf.setBackend('cpu');
const stored: { settings: object; fits: JudgedFit[] } = existsSync(values.out)
  ? JSON.parse(readFileSync(values.out, 'utf8'))
  : { settings, fits: [] };
const names = (Object.keys(targets) as TargetName[]).filter((name) => targets[name].logZ !== undefined);
const isDone = (name: string, guide: string, seed: number) =>
  stored.fits.some((fit) => fit.target === name && fit.guide === guide && fit.seed === seed);
for (const name of readChoices('only', values.only, names)) {
  for (const guide of guides) {
    for (let seed = 0; seed < seeds; seed++) {
      if (isDone(name, guide, seed)) continue;
      stored.fits.push(await judged(name, guide, seed));
      process.stderr.write(`${name} ${guide} ${seed}\n`);
      writeFileAtomically(values.out, `{"settings":${JSON.stringify(settings)},"fits":[\n${lines(stored.fits)}\n]}\n`);
    }
  }
}

/** One fit in a line: the file can be read, and compared line by line. */
function lines(fits: readonly JudgedFit[]): string {
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  return fits.map((fit) => JSON.stringify(fit, short)).join(',\n');
}

const table = levelTable(stored.fits);
process.stdout.write(table);
updateMarkedTables({
  tag: 'khat',
  paths: [inHere('../README.md')],
  table: () => table,
  write: values.out === inHere('results.json'),
});
