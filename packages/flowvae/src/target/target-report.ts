// The report at the end of a run of `flowvae target`: one object for machines.
import type { ColumnMoments, TargetEstimate } from '@flowvae/inference';
import { version } from '../run/version.ts';
import type { ChainsReport } from './chains.ts';
import type { CheckedTarget } from './checked-target.ts';
import { targetName } from './own-target.ts';
import type { Fits } from './restarts.ts';
import type { TargetConfig } from './target-settings.ts';

/** The object that `flowvae target --json` prints; numbers of the estimate are null where the run was stopped. */
export interface TargetReport {
  readonly name: string;
  readonly guide: string;
  readonly dim: number;
  readonly steps: number;
  readonly engine: string;
  readonly msPerStep: number;
  /** From start to result, compilation included; of parts before a stop the steps alone. */
  readonly seconds: number;
  readonly parameters: number;
  /** The bound of each restart, nats; null with one. */
  readonly bounds: readonly number[] | null;
  /** Number of the kept restart, from 0. */
  readonly kept: number;
  /** Importance samples. */
  readonly samples: number;
  /** E_q[log p̃ − log q], nats, and its standard error. */
  readonly elbo: number | null;
  readonly elboError: number | null;
  /** log Z, nats, and its standard error. */
  readonly logZ: number | null;
  readonly logZError: number | null;
  /** log Z as the target declares it; null: not declared. */
  readonly knownLogZ: number | null;
  readonly paretoK: number | null;
  readonly effectiveSampleSize: number | null;
  /** Moments of the target by column. */
  readonly moments: Readonly<Record<string, ColumnMoments>> | null;
  /** Moments of the guide itself by column. */
  readonly guideMoments: Readonly<Record<string, ColumnMoments>> | null;
  /** Draws by chains; null without them, or where the run was stopped. */
  readonly chains: ChainsReport | null;
  readonly config: TargetConfig;
  /** Version of flowvae. */
  readonly version: string;
}

/** Facts of a run that its report takes. */
interface Facts {
  /** Absent: the run was stopped. */
  readonly estimate: TargetEstimate | undefined;
  readonly chains: ChainsReport | undefined;
  readonly seconds: number;
  readonly parameters: number;
}

/** The report of a run. */
export function targetReport(
  { own, config, target, logZ: knownLogZ }: CheckedTarget,
  { guide, fit, bounds, kept }: Fits,
  { estimate, chains, seconds, parameters }: Facts,
): TargetReport {
  return {
    name: targetName(own),
    guide: guide.name,
    dim: target.dim,
    steps: fit.steps,
    engine: fit.engine,
    msPerStep: fit.msPerStep,
    seconds,
    parameters,
    bounds: config.restarts > 1 ? bounds : null,
    kept,
    samples: config.samples,
    elbo: estimate?.elbo ?? null,
    elboError: estimate?.elboError ?? null,
    logZ: estimate?.logZ ?? null,
    logZError: estimate?.logZError ?? null,
    knownLogZ: knownLogZ ?? null,
    paretoK: estimate?.paretoK ?? null,
    effectiveSampleSize: estimate?.effectiveSampleSize ?? null,
    moments: estimate?.moments ?? null,
    guideMoments: estimate?.guideMoments ?? null,
    chains: chains ?? null,
    config,
    version,
  };
}
