// Flows without networks keep all laws; those of pictures have files of their own.
import { flowCases } from '../cases/flows.ts';
import { imageFlowCases } from '../cases/image-flows.ts';
import { multiScaleFlowCases } from '../cases/multi-scale-flows.ts';
import { networkedFlowCases } from '../cases/networked-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

const elsewhere = new Set([...networkedFlowCases, ...imageFlowCases, ...multiScaleFlowCases]);

describeFlowLaws(flowCases.filter((row) => !elsewhere.has(row)));
