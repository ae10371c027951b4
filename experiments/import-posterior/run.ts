// `tsx experiments/import-posterior/run.ts`: trains both programs, and writes the table and the difference into the
// README.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRuntime, startEagerBackend, tf } from 'flowvae';
import { readChoice, readCount, readValues, startCommand } from '../command-line.ts';
import { markdownTable } from '../markdown-table.ts';
import { difference } from './difference.ts';

startCommand();

const folder = fileURLToPath(new URL('.', import.meta.url));
const values = readValues({
  steps: { type: 'string', default: '3000' },
  images: { type: 'string', default: '10000' },
  backend: { type: 'string', default: 'onnxruntime' }, // or wasm, or cpu: TensorFlow.js's own
  out: { type: 'string', default: join(folder, 'results') },
});
const backend = readChoice('backend', values.backend, ['onnxruntime', 'wasm', 'cpu']);
const [steps, images] = [readCount('steps', values.steps), readCount('images', values.images)];
if (backend === 'onnxruntime') await tf.setBackend('onnxruntime');
else {
  const reason = await startEagerBackend(backend);
  if (reason) throw new Error(`--backend ${backend}: ${reason}`);
}

/** A program makes its layers when it is loaded, so the backend has to be there before. */
const programs = { plain: () => import('./plain.ts'), planar: () => import('./planar.ts') };

const runtime = await loadRuntime();
const report = {
  command: `tsx experiments/import-posterior/run.ts --steps ${steps} --images ${images} --backend ${backend}`,
  seeds: { layers: 'from 1 on', posterior: 0, batchesAndNoise: 'the number of the step' },
  steps,
  images,
  backend,
  node: process.version,
  tensorflow: tf.version_core,
  onnxruntime: typeof runtime === 'string' ? 'not usable' : runtime.version,
  plain: await measured('plain'),
  planar: await measured('planar'),
};
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'bounds.json'), `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`bound: plain ${report.plain.bound} nats, planar ${report.planar.bound} nats\n`);
if (values.out === join(folder, 'results')) writeReadme();

/** The bound of one of the two programs. */
async function measured(name: keyof typeof programs): Promise<{ readonly bound: number; readonly seconds: number }> {
  const from = performance.now();
  const program = await programs[name]();
  const bound = Number((await program.trainAndMeasure(steps, images)).toFixed(2));
  return { bound, seconds: Math.round((performance.now() - from) / 1000) };
}

/** The README's numbers and lines are written by this, never typed. */
function writeReadme(): void {
  const path = join(folder, 'README.md');
  const source = (name: string) => readFileSync(join(folder, `${name}.ts`), 'utf8');
  const lines = difference(source('plain'), source('planar'));
  const rows = (['plain', 'planar'] as const).map((name) => [
    `[${name}.ts](${name}.ts)`,
    report[name].bound.toFixed(2),
  ]);
  const parts = {
    table: markdownTable(['program', 'bound, nats'], rows).trimEnd(),
    difference: `\`\`\`diff\n${lines.join('\n')}\n\`\`\``,
  };
  const text = Object.entries(parts).reduce(
    (page, [name, part]) =>
      page.replace(
        new RegExp(`(<!-- ${name} -->\n).*(<!-- /${name} -->)`, 's'),
        (_, open: string, close: string) => `${open}\n${part}\n\n${close}`,
      ),
    readFileSync(path, 'utf8'),
  );
  writeFileSync(path, text);
}
