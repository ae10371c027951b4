// Flows without networks keep all laws.
import { flowCases } from '../cases/flows.ts';
import { networkedFlowCases } from '../cases/networked-flows.ts';
import { describeFlowLaws } from '../laws/flow-law-suite.ts';

describeFlowLaws(flowCases.filter((row) => !networkedFlowCases.includes(row)));
