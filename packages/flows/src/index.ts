export { chain } from './chain.ts';
export type { Flow, InvertibleFlow, ParamShapes, Params, ParamValues } from './flow.ts';
export { parseFlow } from './formula.ts';
export { glorotUniform } from './initialisation.ts';
export { amortised, free, type KernelInit, type ParameterSource } from './parameter-source.ts';
export { type PlanarShapes, planar } from './planar.ts';
export { type Amortization, type FlowPosteriorOptions, flowPosterior, type Posterior } from './posterior.ts';
export { pushForward } from './push-forward.ts';
