// Which runs were evaluated alike: scores of other rows, other data or another number of samples cannot be compared.
import type { LeftOut, RunRecord } from './run-record.ts';

const ROWS = 'rows of SHA-256';

/** Facts of an evaluation that must agree, in words for the messages. */
const facts: Readonly<Record<string, (run: RunRecord) => unknown>> = {
  'data of SHA-256': ({ config }) => config.dataSha256 ?? String(config.data),
  'splits by': ({ config }) => `${String(config.splits)}, seed ${String(config.splitSeed)}`,
  'scores of': ({ config, scores }) => scores?.form ?? formOf(config),
  binarisation: ({ report, config }) => report.binarization ?? config.binarize,
  'static bits of seed': ({ config }) => (config.binarize === 'static' ? config.binarizeSeed : undefined),
  'test rows': ({ report, scores }) => scores?.nll.length ?? report.evalImages,
  'importance samples each': ({ report, scores }) => scores?.samples ?? report.evalSamples,
  [ROWS]: ({ scores }) => scores?.rowsSha256,
};

/** Runs of a version without scores tell their likelihood only. */
const formOf = ({ likelihood }: Readonly<Record<string, unknown>>) => (likelihood === 'bernoulli' ? 'bits' : undefined);

/** Runs that were evaluated alike, and the others. */
export interface SameEvaluation {
  readonly kept: readonly RunRecord[];
  readonly leftOut: readonly LeftOut[];
}

/** The known facts of an evaluation, by their names. */
type Evaluation = ReadonlyMap<string, unknown>;

/** Keeps the runs with the most frequent whole evaluation; where two are as frequent, the one that comes first. */
export function sameEvaluation(runs: readonly RunRecord[]): SameEvaluation {
  const evaluations = runs.map(evaluationOf);
  const usual = usualOf(evaluations);
  const differing = evaluations.map((each) => differences(each, usual));
  const leftOut = runs.flatMap(({ name }, i) =>
    differing[i]!.length === 0 ? [] : [{ name, reason: `evaluated differently: ${differing[i]!.join('; ')}` }],
  );
  return { kept: runs.filter((_, i) => differing[i]!.length === 0), leftOut };
}

const evaluationOf = (run: RunRecord): Evaluation =>
  new Map(Object.entries(facts).flatMap(([name, of]) => (of(run) === undefined ? [] : [[name, of(run)]])));

/** Whether the facts that both know agree. */
const agree = (a: Evaluation, b: Evaluation) => [...a].every(([name, fact]) => !b.has(name) || b.get(name) === fact);

/**
 * The evaluation with which most agree. Runs of an early version know only a part of theirs, with which others agree
 * that do not agree with each other; so the rest comes from the most frequent one among those.
 */
function usualOf(evaluations: readonly Evaluation[]): Evaluation {
  let usual: Evaluation = new Map();
  let kept = evaluations;
  for (;;) {
    const fuller = kept.map((each) => new Map([...each, ...usual])).filter(({ size }) => size > usual.size);
    if (fuller.length === 0) return usual;
    const counts = fuller.map((each) => kept.filter((other) => agree(each, other)).length);
    usual = fuller[counts.indexOf(Math.max(...counts))]!;
    kept = kept.filter((each) => agree(each, usual));
  }
}

/** Where an evaluation differs, in words. Other rows have another checksum in any case where their number differs. */
function differences(evaluation: Evaluation, usual: Evaluation): string[] {
  const names = [...evaluation.keys()].filter((name) => usual.has(name) && usual.get(name) !== evaluation.get(name));
  if (names.length === 1 && names[0] === ROWS) return ['on other test rows, by their SHA-256'];
  return names
    .filter((name) => name !== ROWS)
    .map((name) => `${name} ${shown(evaluation.get(name))}, not ${shown(usual.get(name))}`);
}

const shown = (fact: unknown) => String(fact).replace(/^([0-9a-f]{8})[0-9a-f]{56}$/, '$1…');
