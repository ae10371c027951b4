// The model of a run, made anew from its options, with the run's parameters.
import { normalScales, parseFlow, parseInvertibleFlow } from '@flowvae/flows';
import { key } from '@flowvae/random';
import { assignParameters, decodeSafetensors, ExpectationError } from '@flowvae/tensor';
import {
  type MlpVae,
  type MlpVaeOptions,
  mlpVae,
  type NetworkName,
  networkMakers,
  parseLikelihood,
  parsePrior,
} from '@flowvae/vae';
import { type ModelOptions, runFiles } from '../../lab-run.ts';

/**
 * Makes the model of a run.
 *
 * @param parameters a safetensors file of all variables by name
 * @throws ExpectationError for an option that names nothing, and for parameters that do not fit the options
 */
export function modelOfRun(options: ModelOptions, parameters: Uint8Array): MlpVae {
  const { tensors } = decodeSafetensors(parameters, runFiles.parameters);
  const model = mlpVae({ ...modelOptions(options, 'data/mean' in tensors), initialisation: 'zeros' });
  assignParameters(runFiles.parameters, model.variables, tensors);
  return model;
}

/**
 * The options of `mlpVae` that a run's plain options stand for; its key is 0.
 *
 * @param isStandardised whether the model has the variables `data/mean` and `data/scale`; they begin at 0 and 1
 */
export function modelOptions(options: ModelOptions, isStandardised = false): MlpVaeOptions {
  const { pixels, shape, latent, hidden, activation, networks, flow, prior, likelihood, amortize, heads } = options;
  const { scale } = options;
  return {
    pixels,
    shape,
    latent,
    hidden,
    activation: activation as MlpVaeOptions['activation'],
    amortize,
    heads,
    ...(networks === undefined ? {} : { networks: networkMakers[named('networks', networks, networkNames)] }),
    ...(scale === undefined ? {} : { scale: named('scale', scale, normalScales) }),
    ...(flow === undefined ? {} : { flow: (contextWidth: number) => parseFlow(flow, latent, { contextWidth }) }),
    ...(prior === undefined ? {} : { prior: parsePrior(prior) ?? parseInvertibleFlow(prior, latent) }),
    ...(likelihood === undefined ? {} : { likelihood: parseLikelihood(likelihood) }),
    ...(isStandardised ? { standardisation: unread(pixels) } : {}),
    key: key(0),
  };
}

const networkNames = Object.keys(networkMakers) as NetworkName[];

const unread = (pixels: number) => ({ mean: new Float32Array(pixels), scale: new Float32Array(pixels).fill(1) });

function named<Name extends string>(option: string, word: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === word);
  if (found) return found;
  throw new ExpectationError({ where: `run: ${option}`, expected: names.join(', '), received: word });
}
