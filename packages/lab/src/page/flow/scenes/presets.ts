// The flows that the scenes begin with.
import type { Preset } from '../explorer/preset.ts';
import { FIRST_EXPRESSION } from '../targets/target-choice.ts';
import { trainedLayers } from './trained-layers.ts';

/** Six layers that bend a normal, beside the first energy: from this seed, training finds both modes. */
export const explorePreset: Preset = {
  setup: { family: 'planar', layers: 6, base: 'normal', start: 'drawn', seed: 2 },
  target: { kind: 'energy', name: 'U1' },
};

/** One layer that pushes apart, one that pulls together. */
export const twoLayersPreset: Preset = {
  setup: { family: 'planar', layers: 2, base: 'normal', start: 'drawn', seed: 0 },
  target: { kind: 'expression', text: FIRST_EXPRESSION },
  values: {
    w: Float32Array.of(2, 0.4, 0.4, 1.6),
    u: Float32Array.of(1.9, -0.5, -0.6, -1.4),
    b: Float32Array.of(0, 0.4),
  },
};

/** Ten layers between a normal and two modes. */
export const tenLayersPreset: Preset = {
  setup: { family: 'planar', layers: 10, base: 'normal', start: 'drawn', seed: 0 },
  target: { kind: 'expression', text: FIRST_EXPRESSION },
  values: trainedLayers,
};
