// A comparison as one JSON object; numbers that are not known are null.
import type { Comparison } from '../compare-runs.ts';

export const comparisonJson = (comparison: Comparison): string => `${JSON.stringify(comparison)}\n`;
