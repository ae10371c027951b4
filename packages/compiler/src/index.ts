import './backend/backend.ts'; // registers it with tfjs, as tfjs's own backends do

export { type Compiled, type CompileOptions, compile, traceGraph } from './compile.ts';
export { type Arrays, type Executable, runCounter, sessionCounter } from './executable.ts';
export type { ExportShapes } from './export/shapes.ts';
export type { OnnxMetadata, OnnxOptions } from './export/to-onnx.ts';
export type { Graph } from './graph.ts';
export { closeGate, leaveGate, openGate } from './native-gate.js';
export { peakBytes } from './peak-bytes.ts';
export { printGraph } from './print.ts';
export { type Factored, factorRowProducts, type ProductPart, productsGraph } from './row-products.ts';
export { rowsMeetAt } from './rows/mean-over-rows.ts';
export { loadRuntime } from './runtime.ts';
export { SessionPool } from './session-pool.ts';
export { type Port, type SessionRecipe, sessionRecipe } from './session-recipe.ts';
export { arrayLending, type SharedView, sharedViews } from './shared-views.js';
export { ASSIGNED, type InputShapes, type Traceable } from './trace.ts';
export { TraceError } from './trace-error.ts';
