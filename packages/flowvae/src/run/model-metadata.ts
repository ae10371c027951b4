// The model in the metadata of safetensors files.
import { settingsInEffect } from '../definition/settings-in-effect.ts';
import { ownModelIn } from '../report/picture-parts.ts';
import type { ModelParts } from './experiment.ts';

/** The flow, or the model of a user's module, with the module's settings as JSON. */
export function modelMetadata({ plan }: Pick<ModelParts, 'plan'>): Readonly<Record<string, string>> {
  const { options, set } = settingsInEffect(plan);
  const model = ownModelIn({ plan });
  return {
    ...('flow' in options ? { flow: plan.config.flow } : {}),
    ...(model === undefined ? {} : { model }),
    ...(Object.keys(set).length > 0 ? { set: JSON.stringify(set) } : {}),
  };
}
