// Flows of pictures on several scales keep all laws.
import { multiScaleFlowCases } from '../cases/multi-scale-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

describeFlowLaws(multiScaleFlowCases);
