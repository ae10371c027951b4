// The chosen target; while an expression is wrong, the last right one stays.
import { useMemo, useRef, useState } from 'preact/hooks';
import { type PlaneTarget, planeTarget, type TargetChoice } from '../targets/target-choice.ts';

export function useTarget(first: TargetChoice) {
  const [choice, setChoice] = useState(first);
  const lastRight = useRef<PlaneTarget | undefined>(undefined);
  const { target, wrong } = useMemo(() => {
    try {
      lastRight.current = planeTarget(choice);
      return { target: lastRight.current, wrong: undefined };
    } catch (error) {
      if (!lastRight.current) throw error;
      return { target: lastRight.current, wrong: error instanceof Error ? error.message : String(error) };
    }
  }, [choice]);
  return { choice, setChoice, target, wrong };
}
