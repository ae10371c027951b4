// Densities as the experiment that `flowvae density` trains.
import type { DataDescription } from '@flowvae/datasets';
import { z } from 'zod';
import type { Setting } from '../config/setting/setting.ts';
import { defineExperiment } from '../definition/experiment-definition.ts';
import { chosenFlow, type DensityConfig, densityDefaults, densitySettings } from './density-settings.ts';
import { densityOf } from './made-density.ts';

const shapes = Object.fromEntries(Object.entries(densitySettings).map(([name, setting]) => [name, shapeOf(setting)]));

function shapeOf({ accepts, expected, fallback, help, words }: Setting<unknown>): z.ZodType {
  const listed = words === undefined ? help : `${help}: ${words.join(', ')}`;
  return z
    .custom<unknown>((value) => accepts(value), expected)
    .default(fallback)
    .describe(listed);
}

/** The density in titles of figures. */
function titleOf({ model, dequantisation }: DensityConfig, data: DataDescription): string {
  const ofNoise = dequantisation === 'variational' ? ', variational dequantisation' : '';
  return `density by ${chosenFlow(model, data)}${ofNoise}`;
}

/**
 * A density p(x) by a flow, trained by likelihood: NICE, RealNVP or Glow for pictures, a flow formula for rows.
 *
 * It is the experiment of `flowvae density`, whose options are its settings; `train density` and a sweep take it by the
 * name `density`.
 */
export const densityExperiment = defineExperiment({
  settings: shapes,
  options: densityDefaults,
  model: ({ settings, given, config, data, pixels, rowWidth, key, trainingRows }) =>
    densityOf({
      settings: settings as unknown as DensityConfig,
      ...{ given, config, data, pixels, rowWidth, key, trainingRows },
    }),
  title: (settings, data) => titleOf(settings as unknown as DensityConfig, data),
});
