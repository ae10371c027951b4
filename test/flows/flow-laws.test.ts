// Flows without networks keep all laws; those of pictures have a file of their own.
import { flowCases } from '../cases/flows.ts';
import { imageFlowCases } from '../cases/image-flows.ts';
import { networkedFlowCases } from '../cases/networked-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

const elsewhere = new Set([...networkedFlowCases, ...imageFlowCases]);

describeFlowLaws(flowCases.filter((row) => !elsewhere.has(row)));
