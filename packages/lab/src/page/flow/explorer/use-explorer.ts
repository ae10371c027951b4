// The state of an exploration, and all that follows from it.
import type { Flow } from '@flowvae/flows';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { bases } from '../plane/bases.ts';
import { hasNetworks } from '../plane/has-networks.ts';
import { between, type Journey, journey } from '../plane/journey.ts';
import type { Pair } from '../plane/planar-layer.ts';
import { finenesses, type StartPoints, startPoints } from '../plane/start-points.ts';
import type { PlaneTarget, TargetChoice } from '../targets/target-choice.ts';
import { type BoundEstimate, boundNow } from './bound-now.ts';
import { type Model, modelOf, type Preset, type Setup, withValues } from './preset.ts';
import { useTarget } from './use-target.ts';

/** An exploration. */
export interface Exploration {
  readonly model: Model;
  readonly choice: TargetChoice;
  readonly target: PlaneTarget;
  /** Why the last choice of a target cannot be used, in one line. */
  readonly wrong: string | undefined;
  readonly start: StartPoints;
  readonly journey: Journey;
  /** The slider: layers that the points have behind them. */
  readonly at: number;
  /** The layer that the slider is in, from 0. */
  readonly layer: number;
  /** A point of the base that the visitor picked, and its way. */
  readonly picked: Pair;
  readonly pickedWay: Journey;
  /** Whether something changes at this moment. */
  readonly isMoving: boolean;
  readonly bound: BoundEstimate;
  change(part: Partial<Setup>): void;
  /** Sets the values of a flow; if the exploration has another flow by now, nothing happens. */
  setValues(of: Flow, values: Model['values']): void;
  setChoice(choice: TargetChoice): void;
  setAt(at: number): void;
  pick(start: Pair): void;
}

/** Time without a change after which pictures become fine, ms. */
const REST_MS = 250;

export function useExplorer(preset: Preset): Exploration {
  const [model, setModel] = useState(() => modelOf(preset.setup, preset.values));
  const [at, setAt] = useState(preset.setup.layers);
  const [picked, pick] = useState<Pair>([0.8, 0.6]);
  const { isMoving, moves } = useMotion();
  const { choice, setChoice, target, wrong } = useTarget(preset.target);
  const { setup, flow, values } = model;
  const base = bases[setup.base];
  const start = useMemo(
    () => startPoints(base, finenessOf(flow)[isMoving ? 'moving' : 'resting'], setup.seed),
    [base, isMoving, setup.seed, flow],
  );
  const way = useMemo(() => journey(flow, values, start.z), [flow, values, start]);
  const pickedWay = useMemo(() => journey(flow, values, Float32Array.from(picked)), [flow, values, picked]);
  const bound = useMemo(() => boundNow(start, way, target), [start, way, target]);
  const change = useCallback(
    (part: Partial<Setup>) => {
      moves();
      setModel((before) => {
        const next = modelOf({ ...before.setup, ...part });
        return 'base' in part && Object.keys(part).length === 1 ? { ...next, values: before.values } : next;
      });
      setAt((before) => (part.layers === undefined ? before : part.layers));
    },
    [moves],
  );
  const setValues = useCallback(
    (of: Flow, next: Model['values']) => {
      moves();
      setModel((before) => withValues(before, of, next));
    },
    [moves],
  );
  const held = Math.min(at, way.layers);
  return {
    model,
    choice,
    target,
    wrong,
    start,
    journey: way,
    at: held,
    layer: Math.max(Math.ceil(held) - 1, 0),
    picked,
    pickedWay,
    isMoving,
    bound,
    change,
    setValues,
    setChoice,
    setAt,
    pick,
  };
}

const finenessOf = (flow: Flow) => (hasNetworks(flow) ? finenesses.networks : finenesses.plain);

/** Whether something changed within the last moments; the first picture is a change too. */
function useMotion(): { readonly isMoving: boolean; readonly moves: () => void } {
  const [isMoving, setIsMoving] = useState(true);
  const timer = useRef(0);
  const moves = useCallback(() => {
    setIsMoving(true);
    clearTimeout(timer.current);
    timer.current = Number(setTimeout(() => setIsMoving(false), REST_MS));
  }, []);
  useEffect(() => {
    moves();
    return () => clearTimeout(timer.current);
  }, [moves]);
  return { isMoving, moves };
}

/** The base's point whose image at the slider's place is nearest to a place of the picture. */
export function nearestStart({ start, journey: way, at }: Exploration, [x, y]: Pair): Pair {
  const points = between(way.points, at, new Float32Array(start.z.length));
  let [nearest, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < points.length / 2; i++) {
    const distance = (points[2 * i]! - x) ** 2 + (points[2 * i + 1]! - y) ** 2;
    if (distance < least) [nearest, least] = [i, distance];
  }
  return [start.z[2 * nearest]!, start.z[2 * nearest + 1]!];
}
