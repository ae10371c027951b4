// `pnpm bench`: the time of a training step against its peers and its floor, interleaved in one run.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type EagerBackend, startEagerBackend, tf } from 'flowvae';
import { bareProducts, productFlops } from './bare-products.ts';
import { compiledStep } from './compiled-step.ts';
import { eagerStep } from './eager-step.ts';
import { findPyTorch, pytorchStep } from './pytorch-step.ts';
import { printTable, type Row } from './report.ts';
import { type Contender, median, type Setting } from './setting.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    layers: { type: 'string', default: '0,10,40,80' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '60' },
  },
});
const [rounds, steps, threads] = [values.rounds, values.steps, values.threads].map(Number) as [number, number, number];
const log = (text: string) => process.stderr.write(`${text}\n`);

/** Eager steps take up to a second: few of them say enough. */
const EAGER_STEPS = 5;

const pytorch = findPyTorch();
if ('reason' in pytorch) log(`PyTorch is left out: ${pytorch.reason}`);
const rows: Row[] = [];
for (const layers of values.layers.split(',').map(Number)) rows.push(await measureRow({ layers, threads }));
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  pytorch,
  rounds,
  steps,
};
if (values.json) process.stdout.write(`${JSON.stringify({ machine, rows })}\n`);
else printTable(rows, machine);

async function measureRow(setting: Setting): Promise<Row> {
  await tf.setBackend('cpu');
  const fast: Contender[] = [compiledStep(setting), await bareProducts(setting)];
  if ('version' in pytorch) fast.push(await pytorchStep(setting));
  const durations = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of fast) {
      const milliseconds = await contender.measure(steps);
      durations.set(contender.name, [...(durations.get(contender.name) ?? []), milliseconds]);
      log(`K = ${setting.layers}, round ${round + 1}/${rounds}: ${contender.name} ${milliseconds.toFixed(2)} ms`);
    }
  }
  for (const contender of fast) await contender.close();
  await measureEager(setting, durations);
  const times = Object.fromEntries(
    [...durations].map(([name, all]) => [name, { median: median(all), min: Math.min(...all), max: Math.max(...all) }]),
  );
  return { layers: setting.layers, threads: setting.threads, gigaflop: productFlops(setting.layers) / 1e9, times };
}

/** The fastest of tfjs's JavaScript and wasm backends that trains the model: wasm, unless it does not start or lacks a kernel. */
async function measureEager(setting: Setting, durations: Map<string, number[]>): Promise<void> {
  for (const backend of ['wasm', 'cpu'] satisfies EagerBackend[]) {
    try {
      const reason = await startEagerBackend(backend);
      if (reason) throw new Error(reason);
      const contender = await eagerStep(setting, backend);
      const milliseconds = await contender.measure(EAGER_STEPS);
      log(`K = ${setting.layers}: ${contender.name} ${milliseconds.toFixed(1)} ms`);
      durations.set(contender.name, [milliseconds]);
      return await contender.close();
    } catch (error) {
      log(`K = ${setting.layers}: tfjs ${backend} cannot train this model: ${String(error).split('\n')[0]}`);
    }
  }
}
