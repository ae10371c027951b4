// A posterior by itself, for another encoder with the same width of features.
import {
  type Amortization,
  type Flow,
  flowParameterCount,
  flowPosterior,
  type HeadScaling,
  isAmortised,
  makeFlow,
  type NormalHead,
  type Posterior,
} from '@flowvae/flows';
import { type FlowTerm, readFlowOrNone } from '@flowvae/flows/plain';
import { type Key, key } from '@flowvae/random';
import { assignParameters, ExpectationError, type StoredTensor } from '@flowvae/tensor';
import type { CheckedSettings } from '../config/checked-settings.ts';
import { networksOf } from '../config/plan.ts';
import { recordedSettings } from '../config/train-config.ts';
import { type PluginOptions, vocabularyOfTables } from '../plugins/vocabulary.ts';
import { readModel, writeModel } from './spec-file.ts';

/** The description from which a posterior is built. */
export interface PosteriorSpec {
  /** Width D of the latent. */
  readonly latent: number;
  /** Width C of the encoder's features. */
  readonly contextWidth: number;
  /** A flow formula, or `none` for the diagonal normal. */
  readonly flow: string;
  readonly amortize: Amortization;
  /** Scaling of the features in the flow's heads. Default `'scaled'`. */
  readonly heads?: HeadScaling;
  /** Parametrisation of the base normal's deviation. Default `'logStd'`. */
  readonly scale?: NonNullable<NormalHead['scale']>;
}

/** A posterior and its spec. */
export interface PortablePosterior {
  readonly spec: Required<PosteriorSpec>;
  readonly posterior: Posterior;
}

type Tensors = Readonly<Record<string, StoredTensor>>;

/** Builds a new posterior that can be saved. @throws ExpectationError for a text that is no formula */
export function portablePosterior(
  { scale = 'logStd', heads = 'scaled', ...others }: PosteriorSpec,
  initial: Key,
  { plugins = [] }: PluginOptions = {},
): PortablePosterior {
  const spec = { ...others, heads, scale };
  const { flows } = vocabularyOfTables(plugins);
  return posteriorOf(planOf(spec, readFlowOrNone(spec.flow, spec.latent, flows)), initial);
}

/** A spec and its flow. */
interface PosteriorPlan {
  readonly spec: Required<PosteriorSpec>;
  readonly flow: Flow | undefined;
}

const planOf = (spec: Required<PosteriorSpec>, terms: readonly FlowTerm[] | undefined): PosteriorPlan => ({
  spec,
  flow: terms && makeFlow(terms, spec.latent, { contextWidth: flowContext(spec) ?? 0 }),
});

/** Width of the features that the flow's heads and networks take; undefined without features. */
const flowContext = ({ amortize, contextWidth }: PosteriorSpec) => (amortize === 'flow' ? contextWidth : undefined);

const posteriorOf = ({ spec, flow }: PosteriorPlan, initial: Key): PortablePosterior => ({
  spec,
  posterior: flowPosterior({ ...spec, base: { scale: spec.scale }, flow, key: initial }),
});

/**
 * Writes a posterior to a folder: model.json and parameters.safetensors.
 *
 * @throws ExpectationError if the folder cannot be written
 */
export function savePosterior(folder: string, { spec, posterior }: PortablePosterior): void {
  writeModel(folder, { kind: 'posterior', ...spec }, posterior.variables);
}

/**
 * Reads a posterior from the files of {@link savePosterior}, or from a model that `saveModel` wrote.
 *
 * @param options.contextWidth the width of the new encoder's features; if given, a posterior for another width is
 * refused
 * @param options.plugins the plug-ins whose names the flow uses
 * @throws ExpectationError if the files cannot be used, or the width differs
 */
export function loadPosterior(
  folder: string,
  { contextWidth, plugins = [] }: { readonly contextWidth?: number } & PluginOptions = {},
): PortablePosterior {
  const vocabulary = vocabularyOfTables(plugins);
  const { spec: stored, where, tensors: all } = readModel(folder);
  const tensors = stored.kind === 'model' ? under('posterior/', all) : all;
  const plan =
    stored.kind === 'model'
      ? planOfModel(recordedSettings(stored.config, `${where}: config`, { vocabulary }))
      : planOf(specOf(stored), readFlowOrNone(stored.flow, stored.latent, vocabulary.flows));
  const { spec } = plan;
  if (contextWidth !== undefined && contextWidth !== spec.contextWidth && isAmortised(spec.amortize)) {
    throw new ExpectationError({
      where,
      expected: `a posterior for features of width ${contextWidth}`,
      received: `one for ${spec.contextWidth}`,
      remedy: `give the encoder ${spec.contextWidth} features`,
    });
  }
  refuseOtherCount(where, plan, tensors);
  const loaded = posteriorOf(plan, key(0));
  assignParameters(where, loaded.posterior.variables, tensors);
  return loaded;
}

const under = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

/** The features are the encoder's last hidden layer. */
function planOfModel({ config, formulas, vocabulary }: CheckedSettings): PosteriorPlan {
  const { scale = 'logStd', hidden } = networksOf(config, vocabulary);
  return planOf(specOf({ ...config, scale, contextWidth: hidden.at(-1)! }), formulas.flow);
}

/** The fields of the spec, without others. */
const specOf = (given: Required<PosteriorSpec>): Required<PosteriorSpec> => {
  const { latent, contextWidth, flow, amortize, heads, scale } = given;
  return { latent, contextWidth, flow, amortize, heads, scale };
};

/** Refuses other counts of parameters first: with a damaged width, the allocation would fail. */
function refuseOtherCount(where: string, { spec, flow }: PosteriorPlan, tensors: Tensors): void {
  const { latent, contextWidth, amortize } = spec;
  const base = 2 * latent * (isAmortised(amortize) ? contextWidth + 1 : 1);
  const count = base + (flow ? flowParameterCount(flow, flowContext(spec)) : 0);
  const held = Object.values(tensors).reduce((sum, { values }) => sum + values.length, 0);
  if (held === count) return;
  throw new ExpectationError({ where, expected: `${count} parameters beside it`, received: String(held) });
}
