export { type CheckFlowFamilyOptions, type CheckFlowOptions, checkFlow } from './check/check-flow.ts';
export { firstNonFinite, type NonFiniteTensor } from './check/first-non-finite.ts';
export { type CheckName, type CheckOutcome, type FlowReport, printFlowReport } from './check/report.ts';
export { chain } from './compose/chain.ts';
export { invert } from './compose/invert.ts';
export { pushForward, type Transported } from './compose/push-forward.ts';
export type { ConstrainedValue, Constraint, FreeNumbers } from './constraints/constraint.ts';
export { parseConstraint } from './constraints/constraint-formula.ts';
export { interval, positive, real } from './constraints/element-wise.ts';
export { lowerCholesky } from './constraints/lower-cholesky.ts';
export { ordered } from './constraints/ordered.ts';
export { columnNames, type ParameterSpace, parameterSpace } from './constraints/parameter-space.ts';
export { simplex } from './constraints/simplex.ts';
export { type ActnormShapes, actnorm, actnormParams } from './families/actnorm.ts';
export { type AffineShapes, affine } from './families/affine.ts';
export { type AutoregressiveOptions, iaf, maf } from './families/autoregressive.ts';
export { type IntervalEnds, intervalFlow, orderedFlow, positiveFlow } from './families/constraining.ts';
export { type FullShapes, full } from './families/full.ts';
export { type HouseholderShapes, householder } from './families/householder.ts';
export { lu } from './families/lu.ts';
export { type NiceMixing, type NiceOptions, nice } from './families/nice.ts';
export { type NicePlanarShapes, nicePlanar } from './families/nice-planar.ts';
export { type NoShapes, type PermutationOptions, permutation } from './families/permutation.ts';
export { planar } from './families/planar.ts';
export { type LeakyOptions, planarLeaky } from './families/planar-leaky.ts';
export { type RadialShapes, radial } from './families/radial.ts';
export { realnvp } from './families/realnvp.ts';
export { type SplineOptions, spline } from './families/spline.ts';
export {
  type MirrorShapes,
  type OrthogonalShapes,
  sylvesterHouseholder,
  sylvesterOrthogonal,
  sylvesterTriangular,
} from './families/sylvester.ts';
export {
  type BoxFlow,
  type DataStart,
  type Flow,
  type InvertibleFlow,
  isInvertible,
  type Layer,
  type ParamShapes,
  type Params,
  type ParamValues,
} from './flow.ts';
export type { FlowArgument } from './formula/flow-argument.ts';
export type { FlowLayerRequest, FlowRow, FlowTable, OwnFlowRow } from './formula/flow-table.ts';
export { flowTable } from './formula/flow-table.ts';
export { type FlowTerm, type InvertibleTerm, NarrowLatentError } from './formula/flow-terms.ts';
export {
  type FormulaOptions,
  makeFlow,
  type ParseFlowOptions,
  parseFlow,
  parseInvertibleFlow,
} from './formula/formula.ts';
export type { NetworkOptions } from './frames/conditioner.ts';
export type { LuShapes } from './frames/lu-parameters.ts';
export type { PlanarShapes } from './frames/planar-flow.ts';
export type { SylvesterShapes } from './frames/sylvester-flow.ts';
export { channelMix } from './images/channel-mix.ts';
export { type CheckerboardOptions, channelCoupling, checkerboardCoupling } from './images/couplings.ts';
export { factorOut } from './images/factor-out.ts';
export { type GlowOptions, glow } from './images/glow.ts';
export { imageActnorm, imageActnormParams } from './images/image-actnorm.ts';
export { type ImageNiceOptions, imageNice } from './images/image-nice.ts';
export { type ImageRealnvpOptions, imageRealnvp } from './images/image-realnvp.ts';
export { type InverseLogitOptions, inverseLogit } from './images/inverse-logit.ts';
export type { ConvolutionActivation, ConvolutionNetOptions } from './images/parts/convolution-net.ts';
export type { CouplingMapName, CouplingMapOptions } from './images/parts/coupling-maps.ts';
export type { ImageCouplingOptions } from './images/parts/image-coupling.ts';
export type { ImageFlow } from './images/parts/image-flow.ts';
export type { ImageShape } from './images/parts/picture.ts';
export { squeeze } from './images/squeeze.ts';
export { fromNormflows, type ImportedFlow, type NormflowsOptions } from './import/normflows.ts';
export {
  fromSylvesterFlows,
  type ImportedPosterior,
  type SylvesterFlowsKind,
  type SylvesterFlowsOptions,
} from './import/sylvester-flows.ts';
export { type FlowLaw, type FlowLawsOptions, flowLaws } from './laws/flow-laws.ts';
export {
  type ConditionalPrior,
  type ConditionalPriorOptions,
  conditionalPrior,
} from './posterior/conditional-prior.ts';
export { type Initialisation, initialisations } from './posterior/initialisation.ts';
export { type NormalHead, normalScales } from './posterior/normal-head.ts';
export {
  type AmortisedOptions,
  amortised,
  type FreeParameters,
  flowParameterCount,
  free,
  freeFlow,
  type HeadScaling,
  type KernelInit,
  type ParameterSource,
} from './posterior/parameter-source.ts';
export {
  type Amortization,
  chosenFlow,
  type FlowChoice,
  type FlowPosteriorOptions,
  flowPosterior,
  isAmortised,
  type ParametricPosterior,
  type Posterior,
} from './posterior/posterior.ts';
export { FlowPosteriorLayer, type FlowPosteriorLayerOptions } from './posterior/posterior-layer.ts';
export { flowPrior, type Prior } from './posterior/prior.ts';
