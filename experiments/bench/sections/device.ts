// Section `device`: a training step on a graphics card, beside processors and beside PyTorch and JAX on CUDA.
import { type Device, findDevice, tf } from 'flowvae';
import { productGigaflop } from '../contenders/bare-products.ts';
import { dispatchesOf, stepOnDevice, stepOnProcessors } from '../contenders/device-step.ts';
import { peersOnCard } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import type { Options } from '../options.ts';
import { HIDDEN, type Setting, shape } from '../setting.ts';
import { fewRounds, type Row, type Section } from './section.ts';

/** Flow lengths, widths and batches; a small model is bound by the number of programs, a large one by products. */
const points: readonly Pick<Setting, 'layers' | 'hidden' | 'batch'>[] = [
  { layers: 0, hidden: HIDDEN, batch: shape.batch },
  { layers: 10, hidden: HIDDEN, batch: shape.batch },
  { layers: 80, hidden: HIDDEN, batch: shape.batch },
  { layers: 80, hidden: HIDDEN, batch: 1000 },
  { layers: 10, hidden: 2048, batch: 1000 },
  { layers: 10, hidden: 2048, batch: 4096 },
];

/** Without a card, or with a driver in software: shows that the section runs. */
const smallest = { layers: 0, hidden: 32, batch: 10 };

/** Vulkan lists drivers in software beside cards. */
const isCard = (device: Device | string) =>
  typeof device === 'object' && !device.name.split('; ').every((name) => /swiftshader|llvmpipe/i.test(name));

export const device: Section = {
  title: 'a training step on a graphics card',
  async run(options) {
    const given = options.layers?.map((layers) => ({ layers, hidden: options.widths[0]!, batch: shape.batch }));
    const rows: Row[] = [];
    const own = isCard(await findDevice()) ? points : [smallest];
    for (const point of given ?? own) rows.push(await row({ ...point, threads: 1 }, options));
    return rows;
  },
};

async function row(setting: Setting, options: Options): Promise<Row> {
  await tf.setBackend('cpu');
  const { layers, hidden, batch } = setting;
  const candidates = [stepOnDevice(setting), stepOnProcessors(setting), ...peersOnCard(setting, options)];
  const label = `K = ${layers}, hidden ${hidden}, batch ${batch}`;
  const measured = await measureInTurn(candidates, { rounds: fewRounds(options), count: options.steps, label });
  const gigaflop = (productGigaflop(setting) * batch!) / shape.batch;
  const { threads: _, ...shown } = setting;
  return { setting: shown, unit: 'ms', facts: { dispatches: await dispatchesOf(setting), gigaflop }, ...measured };
}
