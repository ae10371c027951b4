// A target and the terms of its fit, checked together: all knowledge about a run before its folder is made.

import { NarrowLatentError } from '@flowvae/flows/plain';
import {
  FORWARD_KL,
  type GuideTerms,
  namedTarget,
  plainTarget,
  readGuide,
  type Target,
  targetObjectives,
} from '@flowvae/inference';
import { type ObjectiveTable, type ObjectiveTerms, readObjective } from '@flowvae/objectives/plain';
import { ExpectationError } from '@flowvae/tensor/plain';
import { flagNamed } from '../config/setting/setting.ts';
import { checkedValues, type OwnValues } from '../definition/own-settings.ts';
import { builtIn, type Vocabulary } from '../plugins/vocabulary.ts';
import { contextOf, type OwnTarget, partOf, targetName } from './own-target.ts';
import type { TargetDefinition } from './target-definition.ts';
import { type TargetDraws, targetDraws } from './target-draws.ts';
import type { TargetConfig, TargetSettingName } from './target-settings.ts';
import { tryTarget } from './trial.ts';

/** A target with the terms of its fit. */
export interface CheckedTarget {
  readonly own: OwnTarget;
  readonly config: TargetConfig;
  readonly vocabulary: Vocabulary;
  readonly target: Target;
  /** log ∫ p̃, nats; undefined: not known. */
  readonly logZ: number | undefined;
  readonly guide: GuideTerms;
  readonly objective: ObjectiveTerms;
  /** Draws of the target; undefined unless the objective needs them. */
  readonly draws: TargetDraws | undefined;
}

/** A target and the settings of its fit. */
interface Choice {
  readonly own: OwnTarget;
  readonly config: TargetConfig;
  readonly vocabulary?: Vocabulary;
}

/**
 * Makes the target of a definition, tries its density at a few points, and reads the formulas.
 *
 * @throws ExpectationError for a density of another shape, or whose rows depend on each other; for a text that is no
 * guide or objective; for options that do not fit together; for draws that are missing or wrong
 */
export async function checkedTarget({ own, config, vocabulary = builtIn }: Choice): Promise<CheckedTarget> {
  const target = madeTarget(own);
  const flow = config.flow === AUTO ? (target.dim === 1 ? 'planar*8' : 'realnvp*4') : config.flow;
  const guide = guideOf(flow, target, vocabulary);
  const objective = readObjective(config.objective, objectivesIn(vocabulary));
  refuseTogether(config, objective);
  await tryTarget(target, { where: `target ${targetName(own)}: logDensity`, engine: trialEngine(config) });
  const draws = objective.name === FORWARD_KL ? await targetDraws(own, target, config) : undefined;
  return { own, config: { ...config, flow }, vocabulary, target, logZ: knownLogZ(own), guide, objective, draws };
}

/** A card needs no trial: it runs the same operations as one graph on processors, which keeps every NaN. */
const trialEngine = ({ engine }: TargetConfig) => (engine === 'webgpu' ? 'compiled' : engine);

/** The word for a guide that suits the dimensions; couplings need two. */
const AUTO = 'auto';

/** The same target with another guide. */
export const withGuide = ({ config, ...others }: CheckedTarget, flow: string): CheckedTarget => ({
  ...others,
  config: { ...config, flow },
  guide: guideOf(flow, others.target, others.vocabulary),
});

/**
 * The target of a definition, for `fitTarget` and `compareGuides`.
 *
 * @param set values of its own settings; the others have their defaults
 * @throws ExpectationError for a setting that it does not take, or dimensions that are no whole number from 1
 */
export function targetOf(definition: TargetDefinition, set: OwnValues = {}): Target {
  const placeOf = (name: string) => `targetOf: ${name}`;
  return madeTarget({ definition, values: checkedValues(definition.settings ?? {}, set, { placeOf }) });
}

/** The target that a definition describes. */
function madeTarget(own: OwnTarget): Target {
  const { definition } = own;
  const context = contextOf(own);
  if (definition.parameters === undefined) {
    return plainTarget((z) => definition.logDensity(z, context), partOf(own, definition.dim));
  }
  const parameters = partOf(own, definition.parameters);
  return namedTarget({ parameters, logDensity: (values) => definition.logDensity(values, context) });
}

function knownLogZ(own: OwnTarget): number | undefined {
  const { logZ } = own.definition;
  return logZ === undefined ? undefined : partOf(own, logZ);
}

/** @throws ExpectationError for a text that is no guide, or one that needs more dimensions than the target has */
function guideOf(flow: string, { dim }: Target, { flows }: Vocabulary): GuideTerms {
  try {
    return readGuide(flow, dim, flows);
  } catch (error) {
    if (!(error instanceof NarrowLatentError)) throw error;
    const expected = `a guide for ${dim} ${dim === 1 ? 'dimension' : 'dimensions'}, as many as the target has`;
    const received = `${flow}, which needs ${error.fewest} or more`;
    const able = Object.entries(flows).flatMap(([name, { fewest = 1 }]) => (fewest <= dim ? [name] : []));
    const remedy = `take mean-field, or one of ${able.join(', ')}`;
    throw new ExpectationError({ where: `guide ${flow}`, expected, received, remedy });
  }
}

/** The objectives for targets, and those of plug-ins. */
const objectivesIn = ({ plugins }: Vocabulary): ObjectiveTable =>
  Object.assign({ ...targetObjectives }, ...plugins.map(({ tables }) => tables.objectives));

/** @throws ExpectationError for a setting that the objective does not take */
function refuseTogether(
  { gradient, annealSteps }: TargetConfig,
  { formula, gradients, isTempered }: ObjectiveTerms,
): void {
  const beside = `beside ${flagNamed('objective')} ${formula}`;
  const refuse = (name: TargetSettingName, expected: string, received: unknown) => {
    throw new ExpectationError({
      where: flagNamed(name),
      expected: `${expected} ${beside}`,
      received: String(received),
    });
  };
  if (gradient !== 'auto' && !gradients.includes(gradient)) {
    refuse('gradient', ['auto', ...gradients].join(' or '), gradient);
  }
  if (annealSteps > 0 && !isTempered) refuse('annealSteps', 'none', annealSteps);
}
