// Every setting of `flowvae target`, once: its option, default, accepted values and explanation.
import { gradients } from '@flowvae/objectives/plain';
import { type ConfigOf, choice, count, LARGEST, positive, text } from '../config/setting/setting.ts';
import { settings as ofTraining } from '../config/settings.ts';

/** All settings, in the order of the help. */
export const targetSettings = {
  flow: text(
    'the guide: mean-field, full-rank, low-rank, or a flow formula such as planar*16, realnvp*4, iaf*4, spline*2; auto: realnvp*4, of one dimension planar*8',
    '<guide>',
    'auto',
  ),
  objective: text('the objective of the fit; the names are listed below', '<name>', 'reverse-kl'),
  gradient: choice(
    'estimator of its gradient; auto: stl or dreg where the objective has it and the guide scores by a formula, else path',
    'auto',
    ['auto', ...gradients],
  ),
  steps: count('steps of a fit', 2000, 1, LARGEST),
  batch: count('draws in a step', 256, 1, LARGEST),
  lr: positive('learning rate at the first step; it falls to 0 along half a cosine', 5e-3),
  annealSteps: count('steps over which the target grows from the base of the guide; 0: none', 0, 0, LARGEST),
  stepSize: positive('step size of the transitions of --objective bootstrap', 0.1, { placeholder: '<size>' }),
  targetDraws: count('draws of the target that a module makes for --objective forward-kl', 10_000, 1, 10_000_000),
  restarts: count('fits with keys of their own; the one with the best bound is kept', 1, 1, 1000),
  samples: count('importance samples of the estimate', 10_000, 2, 10_000_000),
  chains: count('chains of Hamiltonian Monte Carlo in the noise of the guide, after the fit; 0: none', 0, 0, 1000),
  chainDraws: count('draws of each chain, after as many transitions of warm-up', 500, 4, 1_000_000),
  onNonFinite: ofTraining.onNonFinite,
  seed: count('decides the first parameters of guides, and all noise', 0, 0, Number.MAX_SAFE_INTEGER),
  engine: ofTraining.engine,
  threads: ofTraining.threads,
};

/** The name of a setting. */
export type TargetSettingName = keyof typeof targetSettings;

/** A value for every setting. */
export type TargetConfig = ConfigOf<typeof targetSettings>;

/** Settings of the chains: they begin after the fit, so that a finished run can have them, too. */
export const chainSettings = ['chains', 'chainDraws'] as const satisfies readonly TargetSettingName[];

/** The default of every setting. */
export const targetFallbacks = Object.fromEntries(
  Object.entries(targetSettings).map(([name, { fallback }]) => [name, fallback]),
) as TargetConfig;
