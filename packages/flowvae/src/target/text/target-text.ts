// The report of a run of `flowvae target` as text for people.
import { type ColumnMoments, type ColumnSummary, describeParetoK } from '@flowvae/inference';
import { counted, grouped } from '../../report/counted.ts';
import type { TargetReport } from '../target-report.ts';
import type { TargetRun } from '../target-run.ts';
import { alignedLines, plain, withError } from './numbers.ts';

/** Columns in the printed table of moments; report.json has all of them. */
const MOST_COLUMNS = 24;

/** The summary of a run. */
export function describeTarget({ report, draws, chainFiles, figures }: TargetRun, folder: string): string {
  return [
    ...describeFit(report),
    ...describeEstimate(report),
    ...describeMoments(report),
    ...describeChains(report),
    `run folder  ${folder}`,
    ...(draws === undefined ? [] : [`draws       ${draws}`]),
    ...chainFiles.map((path) => `chains      ${path}`),
    ...figures.map((path) => `figure      ${path}`),
  ].join('\n');
}

function describeFit({ guide, name, dim, steps, msPerStep, engine, parameters, bounds, kept }: TargetReport): string[] {
  const restarts = bounds
    ? [`restarts    ${bounds.map((bound, i) => `${plain(bound)}${i === kept ? ' (kept)' : ''}`).join(', ')} nats`]
    : [];
  return [
    `fitted      ${guide} to ${name}, ${counted(dim, 'dimension')}: ${grouped(steps)} steps, ${msPerStep.toFixed(2)} ms per step (median), ${engine} engine, ${counted(parameters, 'parameter')}`,
    ...restarts,
  ];
}

function describeEstimate(report: TargetReport): string[] {
  const { elbo, elboError, logZ, logZError, knownLogZ, samples } = report;
  if (elbo === null || logZ === null) return ['estimate    none: the run was stopped'];
  const off = Math.abs(logZ - (knownLogZ ?? logZ)) / (logZError || Number.NaN);
  const known = knownLogZ === null ? '' : `; known: ${plain(knownLogZ)}, ${off.toFixed(1)} standard errors off`;
  return [
    `ELBO        ${withError(elbo, elboError ?? Number.NaN)} nats`,
    `log Z       ${withError(logZ, logZError ?? Number.NaN)} nats by ${grouped(samples)} importance samples${known}`,
    describeWeights(report),
  ];
}

/** The meaning of the tails of the weights, and how many equal weights they are worth. */
function describeWeights({ paretoK, effectiveSampleSize, samples }: TargetReport): string {
  const { text } = describeParetoK(paretoK ?? Number.NaN, samples);
  return `weights     ${text}; effective sample size ${grouped(Math.round(effectiveSampleSize ?? 0))} of ${grouped(samples)}`;
}

/** Moments by chains; their R̂ and divergences tell whether to trust them. */
function describeChains({ chains: found }: TargetReport): string[] {
  if (!found) return [];
  const { chains, draws, divergences, columns } = found;
  const all = Object.entries(columns);
  const row = ([name, each]: [string, ColumnSummary]) => [
    name,
    withError(each.mean, each.meanError),
    withError(each.std, each.stdError),
    each.rHat.toFixed(3),
    grouped(Math.round(each.bulkEss)),
    grouped(Math.round(each.tailEss)),
  ];
  const head = ['column', 'mean', 'deviation', 'R̂', 'bulk ESS', 'tail ESS'];
  const lines = alignedLines([head, ...all.slice(0, MOST_COLUMNS).map(row)]);
  return [
    `chains      ${chains} of ${grouped(draws)} draws each; ${counted(divergences, 'divergence')}`,
    ...lines.map((line) => `            ${line}`),
    ...doubts(found),
  ];
}

/** R̂ of chains that agree. @see Vehtari et al. 2021, arXiv:1903.08008, section 4 */
const MOST_R_HAT = 1.01;

/** Effective draws that the diagnostics themselves need, of each chain. @see Vehtari et al. 2021, section 4 */
const LEAST_ESS = 100;

/** A line for chains that do not agree. */
function doubts({ chains, divergences, columns }: NonNullable<TargetReport['chains']>): string[] {
  const all = Object.values(columns);
  const rHat = Math.max(...all.map((each) => each.rHat));
  const ess = Math.min(...all.flatMap(({ bulkEss, tailEss }) => [bulkEss, tailEss]));
  const needed = LEAST_ESS * chains;
  const reasons = [
    ...(rHat <= MOST_R_HAT ? [] : [`R̂ up to ${rHat.toFixed(3)}, ${MOST_R_HAT} or less is wanted`]),
    ...(ess >= needed ? [] : [`effective sample size from ${grouped(Math.round(ess))}, ${grouped(needed)} is wanted`]),
    ...(divergences > 0 ? [counted(divergences, 'divergence')] : []),
  ];
  return reasons.length === 0
    ? []
    : [`            not to be trusted yet: ${reasons.join('; ')}: take more draws, or a better guide`];
}

function describeMoments({ moments }: TargetReport): string[] {
  if (!moments) return [];
  const all = Object.entries(moments);
  const row = ([name, each]: [string, ColumnMoments]) => [
    name,
    withError(each.mean, each.meanError),
    withError(each.std, each.stdError),
  ];
  const lines = alignedLines([['column', 'mean', 'deviation'], ...all.slice(0, MOST_COLUMNS).map(row)]);
  const left = all.length - MOST_COLUMNS;
  return [
    ...lines.map((line, i) => `${i === 0 ? 'moments ' : '        '}    ${line}`),
    ...(left > 0 ? [`            and ${counted(left, 'column')} more in report.json`] : []),
  ];
}
