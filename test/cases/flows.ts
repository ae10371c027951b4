// Every flow, as data: the laws run over these rows. To test a new flow, add a row to one of the tables; a test
// compares them with the package.
import type { FlowCase } from './flow-case.ts';
import { imageFlowCases } from './image-flows.ts';
import { joinedFlowCases } from './joined-flows.ts';
import { multiScaleFlowCases } from './multi-scale-flows.ts';
import { networkedFlowCases } from './networked-flows.ts';
import { plainFlowCases } from './plain-flows.ts';

export const flowCases: readonly FlowCase[] = [
  ...plainFlowCases,
  ...joinedFlowCases,
  ...networkedFlowCases,
  ...imageFlowCases,
  ...multiScaleFlowCases,
];
