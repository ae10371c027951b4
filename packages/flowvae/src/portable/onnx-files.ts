// A model as ONNX files for other runtimes: x and noise to a draw from the posterior, z to the observation's logits,
// noise to a draw from the prior.
import { compile, type OnnxOptions } from '@flowvae/compiler';
import { type DataDescription, widthOfDatum } from '@flowvae/datasets';
import { isDensity } from '@flowvae/density';
import type { Tensor2D } from '@flowvae/tensor';
import { hasStandardPrior, inferenceOf, observable, priorOf } from '@flowvae/vae';
import { type Plan, planOf } from '../config/plan.ts';
import { sharedConfig } from '../config/shared-config.ts';
import { settingsInEffect } from '../definition/settings-in-effect.ts';
import { conditionInput, noCondition } from './condition-input.ts';
import type { PortableModel } from './portable-model.ts';

/** The bytes of the files. */
export interface OnnxFiles {
  /**
   * x [batch, P], noise [batch, D] → z [batch, D], logQ = log q(z|x) [batch], nats. Where values may be missing, x is
   * [x, mask], [batch, 2P]. A conditional model takes `condition` [batch, C] as well, here and below: its covariates in
   * their order.
   */
  readonly encoder: Uint8Array;
  /**
   * z [batch, D] → logits [batch, P]; named `outputs` for a likelihood without logits. With a standardisation, of
   * counts and of columns with counts also `mean`, the mean of p(x|z) in the units of the data. Of a model without
   * `decode` `mean` alone.
   */
  readonly decoder: Uint8Array;
  /**
   * noise [batch, D] → z [batch, D], a draw from p(z); only for a model with a flow prior. Without one, z ~ N(0, I) is
   * a draw. A conditional prior takes `condition`, too.
   */
  readonly prior?: Uint8Array;
}

/**
 * Writes encoder with posterior flow, decoder, and a flow prior as ONNX models (operator set 17, standard operators)
 * for any batch size. The metadata property `config` holds the settings that take part in the model as JSON, those of a
 * user's module or a density under `set`; of a data folder it holds only the name.
 *
 * @param plan the plan of the model's config, if it exists already
 * @throws TraceError if the flow cannot be traced for any batch size
 */
export async function onnxFiles(
  portable: PortableModel,
  plan: Plan = planOf(portable.config, portable.data),
): Promise<OnnxFiles> {
  const { data, model } = portable;
  const pixels = widthOfDatum(data) * (data.hasMissing ? 2 : 1);
  const condition = conditionInput(plan);
  const { variables, noise } = model;
  const options = (description: string) => ({
    metadata: {
      description,
      properties: { config: JSON.stringify(configIn(plan)), data: JSON.stringify(data), ...sizeOf(data) },
    },
  });
  const infer = inferenceOf(model);
  const encode = compile(
    (inputs) => {
      const { z, logProb } = infer(condition.rows(inputs)).sampleAndLogProb(inputs.noise as Tensor2D);
      return { z, logQ: logProb };
    },
    { variables },
  );
  const draws = `a draw z of q(z|x) from ${noise.kind} noise, and its log-density in nats${withFlow(plan, 'flow')}`;
  const decoder = decoderOf(portable, plan);
  const x = { x: ['batch', pixels], noise: ['batch', noise.width], ...condition.shape } as const;
  return {
    encoder: await encode.toOnnx(x, options(draws)),
    decoder: await decoder.graph.toOnnx({ z: ['batch', model.latent], ...condition.shape }, options(decoder.means)),
    ...(!hasStandardPrior(model) && { prior: await priorFile(portable, plan, options) }),
  };
}

/** The settings that take part in the model: options, and under `set` those of the module. */
function configIn(plan: Plan): object {
  const { options, set } = settingsInEffect({ ...plan, config: sharedConfig(plan.config) });
  return { ...options, ...(plan.own ? { set } : {}) };
}

/** The decoder's graph, and its outputs in words. @throws ExpectationError for a model without decoder */
function decoderOf({ config, model }: PortableModel, plan: Plan) {
  const { variables, decode } = model;
  const observe = decode ? model.observe : observable(model, 'export --onnx').observe;
  const outputs = plan.likelihood.data === 'bits' ? 'logits' : 'outputs';
  const isTransformed = config.standardize !== 'no' || hasCounts(plan);
  const hasMean = observe !== undefined && (decode === undefined || isTransformed);
  const { named } = conditionInput(plan);
  const graph = compile(
    (inputs) => ({
      ...(decode ? { [outputs]: decode(inputs.z as Tensor2D, named(inputs)) } : {}),
      ...(hasMean ? { mean: observe(inputs.z as Tensor2D, named(inputs)).mean() } : {}),
    }),
    { variables },
  );
  const units = `${config.standardize === 'no' ? '' : ' of standardised x'}${isTransformed ? ', and the mean of x' : ''}`;
  const words = decode
    ? `${outputs} of p(x|z), ${config.likelihood}${units}`
    : isDensity(model)
      ? 'the x of z'
      : 'the mean of p(x|z)';
  const priorDraw = !hasStandardPrior(model) ? 'the output of prior.onnx' : 'a draw of N(0, I)';
  return { graph, means: `${words}; for a sample of the model z is ${priorDraw}` };
}

/** The flow of a model that the options describe, in words. */
const withFlow = ({ own, config }: Plan, of: 'flow' | 'prior') => (own?.definition.model ? '' : `; flow ${config[of]}`);

/** Outputs of counts are logarithms of means, or shares of a total. */
const hasCounts = ({ likelihood: { data, forms = [data] } }: Plan): boolean => forms.includes('counts');

/** Properties by which earlier versions told the size of images. */
const sizeOf = ({ shape: [height, width] }: DataDescription) =>
  width === undefined ? {} : { height: `${height}`, width: `${width}` };

/** A draw from p(z), or from p(z|y) beside the condition. */
function priorFile(
  { model, config }: PortableModel,
  plan: Plan,
  options: (description: string) => OnnxOptions,
): Promise<Uint8Array> {
  const isConditional = config.conditionalPrior === 'yes';
  const { shape, named } = isConditional ? conditionInput(plan) : noCondition;
  const { variables, prior } = model;
  const sample = compile(
    (inputs) => ({ z: priorOf(model, named(inputs)).sampleAndLogProb(inputs.noise as Tensor2D).z }),
    { variables },
  );
  const words = `a draw z of ${isConditional ? 'p(z|y)' : 'p(z)'}${withFlow(plan, 'prior')}`;
  return sample.toOnnx({ noise: ['batch', prior.noise.width], ...shape }, options(words));
}
