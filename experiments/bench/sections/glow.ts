// Section `glow`: a flow of pictures trained by likelihood: its training step, and samples.
import { bareConvolutions, convolutionGigaflop } from '../contenders/bare-convolutions.ts';
import { glowConvolutions, glowSamples, glowSamplingConvolutions, glowShape, glowStep } from '../contenders/glow.ts';
import { torchOnGlow } from '../contenders/python-peers.ts';
import { measureInTurn } from '../measurement.ts';
import type { Options } from '../options.ts';
import { type Row, type Section, threadsOf } from './section.ts';

export const glow: Section = {
  title: 'a training step of Glow on 28 x 28, and samples of it',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) rows.push(await steps(threads, options), await samples(threads, options));
    return rows;
  },
};

async function steps(threads: number, options: Options): Promise<Row> {
  const nodes = await glowConvolutions(threads);
  const peers = torchOnGlow('glow-step', { ...glowShape, threads }, options);
  const candidates = [glowStep(threads), bareConvolutions(nodes), ...peers];
  const label = `glow step, threads ${threads}`;
  const measured = await measureInTurn(candidates, { rounds: options.rounds, count: options.steps, label });
  const facts = { gigaflop: threads * convolutionGigaflop(nodes) };
  return { setting: { of: 'a training step', threads }, unit: 'ms', facts, ...measured };
}

async function samples(threads: number, options: Options): Promise<Row> {
  const nodes = await glowSamplingConvolutions(threads);
  const peers = torchOnGlow('glow-samples', { ...glowShape, threads }, options);
  const candidates = [glowSamples(threads), bareConvolutions(nodes, true), ...peers];
  const label = `glow samples, threads ${threads}`;
  const measured = await measureInTurn(candidates, { rounds: options.rounds, count: options.steps, label });
  const facts = { gigaflop: threads * convolutionGigaflop(nodes) };
  return { setting: { of: `${glowShape.samples} samples`, threads }, unit: 'ms', facts, ...measured };
}
