// One comparison of training steps; sections `steps` and `widths` are made of them.
import { tf } from 'flowvae';
import { bareProducts, productGigaflop } from '../contenders/bare-products.ts';
import { compiledStep } from '../contenders/compiled-step.ts';
import { eagerBackends } from '../contenders/eager-backends.ts';
import { eagerStep } from '../contenders/eager-step.ts';
import { type Call, pythonPeers } from '../contenders/python-peers.ts';
import { measureInTurn, merged } from '../measurement.ts';
import type { Options } from '../options.ts';
import type { Setting } from '../setting.ts';
import type { Row } from './section.ts';

/** Milliseconds of a training step. Eager tfjs is measured last and once: a step takes up to seconds. */
export async function stepRow(setting: Setting, options: Options, call: Call = {}): Promise<Row> {
  await tf.setBackend('cpu');
  const { rounds, steps: count } = options;
  const label = `K = ${setting.layers}, hidden ${setting.hidden}, threads ${setting.threads}`;
  const peers = pythonPeers({ task: 'step' }, setting, options, call);
  const groups = [
    await measureInTurn([compiledStep(setting), bareProducts(setting), ...peers], { rounds, count, label }),
  ];
  for (const backend of eagerBackends) {
    groups.push(await measureInTurn([eagerStep(setting, backend, options)], { rounds: 1, count, label }));
  }
  return { setting, unit: 'ms', facts: { gigaflop: productGigaflop(setting) }, ...merged(groups) };
}
