// Section `glow`: a flow of pictures trained by likelihood: its training step, and samples.
import { bareConvolutions, convolutionGigaflop } from '../contenders/bare-convolutions.ts';
import {
  type GlowSetting,
  glowConvolutions,
  glowSamples,
  glowSamplingConvolutions,
  glowShape,
  glowStep,
} from '../contenders/glow.ts';
import { torchOnGlow } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import type { Options } from '../options.ts';
import { type Row, type Section, threadsOf } from './section.ts';

/** Steps on each level where the options name none. */
const DEPTH = 8;

export const glow: Section = {
  title: 'a training step of Glow on 28 x 28, and samples of it',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      for (const depth of options.layers ?? [DEPTH]) {
        const setting = { depth, threads };
        rows.push(await steps(setting, options), await samples(setting, options));
      }
    }
    return rows;
  },
};

async function steps(setting: GlowSetting, options: Options): Promise<Row> {
  const nodes = await glowConvolutions(setting);
  const peers = torchOnGlow('glow-step', { ...glowShape, ...setting }, options);
  const candidates = [glowStep(setting), bareConvolutions(nodes), ...peers];
  const label = `glow step, depth ${setting.depth}, threads ${setting.threads}`;
  const measured = await measureInTurn(candidates, { rounds: options.rounds, count: options.steps, label });
  const facts = { gigaflop: setting.threads * convolutionGigaflop(nodes) };
  return { setting: { of: 'a training step', ...setting }, unit: 'ms', facts, ...measured };
}

async function samples(setting: GlowSetting, options: Options): Promise<Row> {
  const nodes = await glowSamplingConvolutions(setting);
  const peers = torchOnGlow('glow-samples', { ...glowShape, ...setting }, options);
  const candidates = [glowSamples(setting), bareConvolutions(nodes, true), ...peers];
  const label = `glow samples, depth ${setting.depth}, threads ${setting.threads}`;
  const measured = await measureInTurn(candidates, { rounds: options.rounds, count: options.steps, label });
  const facts = { gigaflop: setting.threads * convolutionGigaflop(nodes) };
  return { setting: { of: `${glowShape.samples} samples`, ...setting }, unit: 'ms', facts, ...measured };
}
