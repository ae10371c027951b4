// Flows of pictures keep all laws.
import { imageFlowCases } from '../cases/image-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

describeFlowLaws(imageFlowCases);
