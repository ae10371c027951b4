export { type ActnormShapes, actnorm, actnormParams } from './actnorm.ts';
export { type AffineShapes, affine } from './affine.ts';
export { iaf, maf } from './autoregressive.ts';
export { chain } from './chain.ts';
export { type CheckFlowFamilyOptions, type CheckFlowOptions, checkFlow } from './check/check-flow.ts';
export { type CheckName, type CheckOutcome, type FlowReport, printFlowReport } from './check/report.ts';
export type { NetworkOptions } from './conditioner.ts';
export { firstNonFinite, type NonFiniteTensor } from './first-non-finite.ts';
export {
  type BoxFlow,
  type Flow,
  type InvertibleFlow,
  isInvertible,
  type Layer,
  type ParamShapes,
  type Params,
  type ParamValues,
} from './flow.ts';
export { type FormulaOptions, NarrowLatentError, parseFlow, parseInvertibleFlow } from './formula.ts';
export { type FullShapes, full } from './full.ts';
export { type HouseholderShapes, householder } from './householder.ts';
export { fromNormflows, type ImportedFlow, type NormflowsOptions } from './import/normflows.ts';
export { fromSylvesterFlows, type ImportedPosterior, type SylvesterFlowsKind } from './import/sylvester-flows.ts';
export { type Initialisation, initialisations } from './initialisation.ts';
export { invert } from './invert.ts';
export { type LuShapes, lu } from './lu.ts';
export { type NiceMixing, type NiceOptions, nice } from './nice.ts';
export { type NicePlanarShapes, nicePlanar } from './nice-planar.ts';
export { type NormalHead, normalScales } from './normal-head.ts';
export {
  type AmortisedOptions,
  amortised,
  type FreeParameters,
  flowParameterCount,
  free,
  type HeadScaling,
  type KernelInit,
  type ParameterSource,
} from './parameter-source.ts';
export { type NoShapes, type PermutationOptions, permutation } from './permutation.ts';
export { planar } from './planar.ts';
export type { PlanarShapes } from './planar-flow.ts';
export { type LeakyOptions, planarLeaky } from './planar-leaky.ts';
export {
  type Amortization,
  chosenFlow,
  type FlowChoice,
  type FlowPosteriorOptions,
  flowPosterior,
  type ParametricPosterior,
  type Posterior,
} from './posterior.ts';
export { FlowPosteriorLayer, type FlowPosteriorLayerOptions } from './posterior-layer.ts';
export { flowPrior, type Prior } from './prior.ts';
export { pushForward, type Transported } from './push-forward.ts';
export { type RadialShapes, radial } from './radial.ts';
export { realnvp } from './realnvp.ts';
export { type SplineOptions, spline } from './spline.ts';
export {
  type MirrorShapes,
  type OrthogonalShapes,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from './sylvester.ts';
export type { SylvesterShapes } from './sylvester-flow.ts';
