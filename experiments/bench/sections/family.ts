// Section `family`: a training step and an evaluation by flow: each family as the posterior of the same VAE.
import { parameterCount, tf } from 'flowvae';
import { bareConvolutions, convolutionGigaflop, convolutionsOf } from '../contenders/bare-convolutions.ts';
import { bareEvaluation } from '../contenders/bare-evaluation.ts';
import { compiledStep } from '../contenders/compiled-step.ts';
import { evaluation } from '../contenders/evaluation.ts';
import { pythonPeers } from '../contenders/python-peers.ts';
import { type Family, families, familyNames } from '../families.ts';
import { type Measured, measureInTurn } from '../measurement.ts';
import type { Options } from '../options.ts';
import { HIDDEN, problemOf, type Setting } from '../setting.ts';
import { fewRounds, type Row, type Section, threadsOf } from './section.ts';

/** Samples for an image in the evaluation. */
const SAMPLES = 200;

export const family: Section = {
  title: 'a training step and an evaluation, each flow as posterior',
  async run(options) {
    const rows: Row[] = [];
    for (const threads of threadsOf(options)) {
      for (const name of options.flows ?? familyNames) {
        const setting = settingOf(name, threads);
        const same = { family: name, parameters: await parametersOf(setting) };
        rows.push(await stepOf(same, setting, options), await evaluationOf(same, setting, options));
      }
    }
    return rows;
  },
};

const formulaOf = (name: Family) => (families[name] === 1 ? name : `${name}*${families[name]}`);

const settingOf = (name: Family, threads: number): Setting => {
  const flow = formulaOf(name);
  return { layers: families[name], hidden: HIDDEN, threads, flow };
};

/** A flow for the peers: its name, and the parameters of the model with it. */
interface Same {
  readonly family: Family;
  readonly parameters: number;
}

async function parametersOf(setting: Setting): Promise<number> {
  await tf.setBackend('cpu');
  const { variables } = (await problemOf(setting)).model;
  const count = parameterCount(variables);
  tf.dispose({ ...variables });
  return count;
}

async function stepOf(same: Same, setting: Setting, options: Options): Promise<Row> {
  const nodes = await convolutionsOf(setting);
  const candidates = [
    compiledStep(setting),
    { ...bareConvolutions(nodes), name: 'bare products' },
    ...pythonPeers({ task: 'step', ...same }, setting, options),
  ];
  const measured = await measureInTurn(candidates, {
    rounds: fewRounds(options),
    count: options.steps,
    label: `${setting.flow}, threads ${setting.threads}`,
  });
  return row(setting, 'ms', { gigaflop: setting.threads * convolutionGigaflop(nodes) }, measured);
}

async function evaluationOf(same: Same, setting: Setting, options: Options): Promise<Row> {
  const task = { task: 'evaluation', samples: SAMPLES, ...same } as const;
  const candidates = [
    evaluation(setting, SAMPLES),
    bareEvaluation(setting, SAMPLES),
    ...pythonPeers(task, setting, options),
  ];
  const measured = await measureInTurn(candidates, {
    rounds: fewRounds(options),
    count: Math.min(options.images, 200),
    label: `${setting.flow}, evaluation, threads ${setting.threads}`,
  });
  return row(setting, `µs per sample, ${SAMPLES} for an image`, {}, measured);
}

const row = ({ flow, threads }: Setting, unit: string, facts: Row['facts'], measured: Measured): Row => ({
  setting: { flow: flow!, threads },
  unit,
  facts,
  ...measured,
});
