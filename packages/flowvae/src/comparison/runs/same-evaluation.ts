// Which runs were evaluated alike: scores of other rows, other data or another number of samples cannot be compared.
import type { LeftOut, RunRecord } from './run-record.ts';

/** Facts of an evaluation that must agree, in words for the messages. */
const facts: Readonly<Record<string, (run: RunRecord) => unknown>> = {
  'data of SHA-256': ({ config }) => config.dataSha256 ?? String(config.data),
  'splits by': ({ config }) => `${String(config.splits)}, seed ${String(config.splitSeed)}`,
  'scores of': ({ config, scores }) => scores?.form ?? formOf(config),
  binarisation: ({ report, config }) => report.binarization ?? config.binarize,
  'test rows': ({ report, scores }) => scores?.nll.length ?? report.evalImages,
  'importance samples each': ({ report, scores }) => scores?.samples ?? report.evalSamples,
};

/** Runs of a version without scores tell their likelihood only. */
const formOf = ({ likelihood }: Readonly<Record<string, unknown>>) => (likelihood === 'bernoulli' ? 'bits' : undefined);

/** Runs that were evaluated alike, and the others. */
export interface SameEvaluation {
  readonly kept: readonly RunRecord[];
  readonly leftOut: readonly LeftOut[];
}

/** Keeps the runs with the most frequent evaluation; where two are as frequent, the one that comes first. */
export function sameEvaluation(runs: readonly RunRecord[]): SameEvaluation {
  const leftOut: LeftOut[] = [];
  let kept = runs;
  for (const [name, factOf] of Object.entries(facts)) {
    kept = agreeing(kept, factOf, (run, usual) => {
      const found = factOf(run);
      if (found === undefined || usual === undefined) return true;
      leftOut.push({ name: run.name, reason: `evaluated differently: ${name} ${shown(found)}, not ${shown(usual)}` });
      return false;
    });
  }
  kept = agreeing(kept, rowsOf, (run) => {
    if (run.scores === undefined) return true;
    leftOut.push({ name: run.name, reason: 'evaluated differently: on other test rows, by their SHA-256' });
    return false;
  });
  return { kept, leftOut };
}

const rowsOf = ({ scores }: RunRecord) => scores?.rowsSha256;

const shown = (fact: unknown) => String(fact).replace(/^([0-9a-f]{8})[0-9a-f]{56}$/, '$1…');

/** The runs with the most frequent fact; of the others, those that may stay. */
function agreeing(
  runs: readonly RunRecord[],
  factOf: (run: RunRecord) => unknown,
  mayStay: (run: RunRecord, usual: unknown) => boolean,
): readonly RunRecord[] {
  const counts = new Map<unknown, number>();
  for (const run of runs) {
    const fact = factOf(run);
    if (fact !== undefined) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  }
  let usual: unknown;
  for (const [fact, count] of counts) if (usual === undefined || count > counts.get(usual)!) usual = fact;
  return runs.filter((run) => factOf(run) === usual || mayStay(run, usual));
}
