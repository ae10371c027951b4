// A graph in the form that a graphics card runs: few nodes, and no node that falls back to the processor.
import type { Graph } from '../graph/graph.ts';
import { removeDeadNodes } from '../passes/dead-nodes.ts';
import { deviceOperators } from './device-operators.ts';
import { narrowNodes } from './narrow-nodes.ts';

/** The same function for a device. */
export const forDevice = (graph: Graph): Graph => narrowNodes(deviceOperators(removeDeadNodes(graph)));

/** Operators that call no program on the device: they give a tensor another shape. */
const FREE = new Set(['Reshape', 'Identity']);

/** The programs that one run of a graph starts on a device, at least: its nodes without reshapes. */
export const dispatchCount = ({ nodes }: Graph): number => nodes.filter(({ operator }) => !FREE.has(operator)).length;
