// For every law, small made-up repositories that break it, with the law's expected report. A law that reports nothing
// is no law.
import { importCases } from './import-mutants.ts';
import type { LawCase } from './law-case.ts';
import { layoutCases } from './layout-mutants.ts';
import { proseCases } from './prose-mutants.ts';

export const lawCases: readonly LawCase[] = [...importCases, ...layoutCases, ...proseCases];
