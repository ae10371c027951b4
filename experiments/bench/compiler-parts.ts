// The one door to parts that users do not see, most of them of the compiler: sections that measure them apart come
// through here.

export { GraphBuilder } from '../../packages/compiler/src/graph/graph-builder.ts';
export { optimise, type PassName, passNames } from '../../packages/compiler/src/passes/optimise.ts';
export { Executable } from '../../packages/compiler/src/sessions/executable.ts';
export { trace } from '../../packages/compiler/src/tracing/trace.ts';
export { importanceChunk } from '../../packages/objectives/src/importance-sampling.ts';
export { carryOut } from '../../packages/training/src/memory/carry-out.ts';
