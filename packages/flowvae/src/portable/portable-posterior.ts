// A posterior by itself, to be put on another encoder whose features have the same width.
import {
  type Amortization,
  chosenFlow,
  flowParameterCount,
  flowPosterior,
  type HeadScaling,
  type NormalHead,
  type Posterior,
  parseFlow,
} from '@flowvae/flows';
import { type Key, key } from '@flowvae/random';
import { assignParameters } from '@flowvae/runs';
import { ExpectationError, type StoredTensor } from '@flowvae/tensor';
import type { TrainConfig } from '../config/settings.ts';
import { recordedConfig } from '../config/train-config.ts';
import { networks } from '../run/experiment.ts';
import { readModel, writeModel } from './spec-file.ts';

/** What it takes to build a posterior. */
export interface PosteriorSpec {
  /** Width D of the latent. */
  readonly latent: number;
  /** Width C of the encoder's features. */
  readonly contextWidth: number;
  /** A flow formula, or `none` for the diagonal normal. */
  readonly flow: string;
  readonly amortize: Amortization;
  /** How the flow's heads take the features. Default `'scaled'`. */
  readonly heads?: HeadScaling;
  /** How the base normal's deviation is parametrised. Default `'logStd'`. */
  readonly scale?: NonNullable<NormalHead['scale']>;
}

/** A posterior and its spec. */
export interface PortablePosterior {
  readonly spec: Required<PosteriorSpec>;
  readonly posterior: Posterior;
}

type Tensors = Readonly<Record<string, StoredTensor>>;

/** Builds a new posterior that can be saved. @throws ExpectationError where the formula is none */
export function portablePosterior(
  { scale = 'logStd', heads = 'scaled', ...others }: PosteriorSpec,
  initial: Key,
): PortablePosterior {
  const spec = { ...others, heads, scale };
  return { spec, posterior: flowPosterior({ ...spec, base: { scale }, flow: flowOf(spec), key: initial }) };
}

/**
 * Writes a posterior to a folder: model.json and parameters.safetensors.
 *
 * @throws ExpectationError where the folder cannot be written to
 */
export function savePosterior(folder: string, { spec, posterior }: PortablePosterior): void {
  writeModel(folder, { kind: 'posterior', ...spec }, posterior.variables);
}

/**
 * Reads a posterior that {@link savePosterior} wrote, or that of a model which `saveModel` wrote.
 *
 * @param options.contextWidth the width of the encoder's features that it is for; where it is given, a posterior for another is refused
 * @throws ExpectationError where the files cannot be used, or the width differs
 */
export function loadPosterior(
  folder: string,
  { contextWidth }: { readonly contextWidth?: number } = {},
): PortablePosterior {
  const { spec: stored, where, tensors: all } = readModel(folder);
  const tensors = stored.kind === 'model' ? under('posterior/', all) : all;
  const spec = stored.kind === 'model' ? specOf(recordedConfig(stored.config, `${where}: config`)) : stored;
  if (contextWidth !== undefined && contextWidth !== spec.contextWidth && spec.amortize !== 'none') {
    throw new ExpectationError({
      where,
      expected: `a posterior for features of width ${contextWidth}`,
      received: `one for ${spec.contextWidth}`,
      remedy: `give the encoder ${spec.contextWidth} features`,
    });
  }
  refuseOtherCount(where, spec, tensors);
  const { latent, flow, amortize, heads, scale } = spec;
  const loaded = portablePosterior({ latent, contextWidth: spec.contextWidth, flow, amortize, heads, scale }, key(0));
  assignParameters(where, loaded.posterior.variables, tensors);
  return loaded;
}

const flowOf = ({ flow, latent }: PosteriorSpec) =>
  flow === 'none' ? undefined : (contextWidth: number) => parseFlow(flow, latent, { contextWidth });

const under = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

/** The features are the encoder's last hidden layer. */
function specOf(config: TrainConfig): Required<PosteriorSpec> {
  const { latent, flow, amortize, heads } = config;
  const { scale = 'logStd', hidden } = networks(config, undefined);
  return { latent, flow, amortize, heads, scale, contextWidth: hidden.at(-1)! };
}

/** A damaged width must not end in an allocation that fails. */
function refuseOtherCount(where: string, spec: PosteriorSpec, tensors: Tensors): void {
  const { latent, contextWidth, amortize } = spec;
  const choice = flowOf(spec);
  const base = 2 * latent * (amortize === 'none' ? 1 : contextWidth + 1);
  const flow = choice
    ? flowParameterCount(chosenFlow(choice, amortize, contextWidth), amortize === 'flow' ? contextWidth : undefined)
    : 0;
  const held = Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0);
  if (held === base + flow) return;
  throw new ExpectationError({ where, expected: `${base + flow} parameters beside it`, received: String(held) });
}
