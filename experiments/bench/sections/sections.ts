// All sections by name, in the order in which they run.
import { checkpoint } from './checkpoint.ts';
import { device } from './device.ts';
import { evaluation } from './evaluation.ts';
import { family } from './family.ts';
import { flow } from './flow.ts';
import { glow } from './glow.ts';
import { lowerings } from './lowerings.ts';
import { memory } from './memory.ts';
import { networks } from './networks.ts';
import { nodes } from './nodes.ts';
import { page } from './page.ts';
import { parts } from './parts.ts';
import { passes } from './passes.ts';
import type { Section } from './section.ts';
import { steps } from './steps.ts';
import { trace } from './trace.ts';
import { widths } from './widths.ts';

export const sections: Readonly<Record<string, Section>> = {
  steps,
  widths,
  parts,
  family,
  networks,
  glow,
  evaluation,
  trace,
  memory,
  flow,
  passes,
  nodes,
  lowerings,
  checkpoint,
  device,
  page,
};
