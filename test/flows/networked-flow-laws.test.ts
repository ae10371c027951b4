// Flows with networks inside keep all laws.
import { networkedFlowCases } from '../cases/networked-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

describeFlowLaws(networkedFlowCases);
