// The beginning of an exploration, as plain data.
import { type Flow, type ParamShapes, type ParamValues, parseFlow } from '@flowvae/flows';
import type { BaseName } from '../plane/bases.ts';
import type { FlowName } from '../plane/families.ts';
import { firstParameters, type StartName } from '../plane/first-parameters.ts';
import type { TargetChoice } from '../targets/target-choice.ts';

/** The choices that make a flow. */
export interface Setup {
  readonly family: FlowName;
  readonly layers: number;
  readonly base: BaseName;
  readonly start: StartName;
  readonly seed: number;
}

/** The beginning of an exploration. */
export interface Preset {
  readonly setup: Setup;
  readonly target: TargetChoice;
  /** Parameters to begin with, instead of those that the setup gives. */
  readonly values?: ParamValues<ParamShapes>;
}

/** A flow and its parameters now. */
export interface Model {
  readonly setup: Setup;
  readonly flow: Flow;
  readonly values: ParamValues<ParamShapes>;
}

export const formulaOf = ({ family, layers }: Setup): string => (layers === 1 ? family : `${family}*${layers}`);

/** The flow of a setup, at given parameters or at its first ones. */
export function modelOf(setup: Setup, values?: ParamValues<ParamShapes>): Model {
  const flow = parseFlow(formulaOf(setup), 2);
  return { setup, flow, values: values ?? firstParameters(flow, setup.start, setup.seed) };
}

/** A model at other values; values of another flow, as from a training that came too late, change nothing. */
export const withValues = (model: Model, of: Flow, values: Model['values']): Model =>
  model.flow === of ? { ...model, values } : model;
