// The one door to parts of the compiler that users do not see: sections that measure them apart come through here.

export { GraphBuilder } from '../../packages/compiler/src/graph/graph-builder.ts';
export { optimise, type PassName, passNames } from '../../packages/compiler/src/passes/optimise.ts';
export { Executable } from '../../packages/compiler/src/sessions/executable.ts';
export { trace } from '../../packages/compiler/src/tracing/trace.ts';
