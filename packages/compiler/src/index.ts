import './backend/backend.ts'; // registers it with tfjs, as tfjs's own backends do

export { findDevice } from '#find-device';
export { whyNotCompiled } from '#open-graph';
export { loadRuntime, runtimeFolder } from '#runtime';
export { keepThreads, SessionPool } from '#session-pool';
export { sessionRecipe } from '#session-recipe';
export { arrayLending, sharedViews } from '#shared-views';
export { type Compiled, type CompileOptions, compile, traceGraph } from './compile.ts';
export { DeviceArray, DeviceProgram, DeviceReader, type DeviceValues } from './device/device-program.ts';
export type { Device } from './device/find-device.ts';
export { chainGraphs, type FlatPart, packOutputs, packVariables } from './device/flat-values.ts';
export { dispatchCount, forDevice } from './device/for-device.ts';
export type { ExportShapes } from './export/shapes.ts';
export type { OnnxMetadata, OnnxOptions } from './export/to-onnx.ts';
export { embedVariables } from './graph/embed-variables.ts';
export type { Graph } from './graph/graph.ts';
export { peakBytes } from './graph/peak-bytes.ts';
export { printGraph } from './graph/print.ts';
export { type Factored, factorRowProducts, type ProductPart, productsGraph } from './graph/row-products.ts';
export { rowsMeetAt } from './rows/mean-over-rows.ts';
export { type Arrays, Executable, runCounter, sessionCounter } from './sessions/executable.ts';
export { closeGate, leaveGate, openGate } from './sessions/native-gate.js';
export type { Port, SessionRecipe } from './sessions/session-recipe.ts';
export type { SharedView } from './sessions/shared-views.js';
export { ASSIGNED, type InputShapes, type Traceable } from './tracing/trace.ts';
export { TraceError } from './tracing/trace-error.ts';
