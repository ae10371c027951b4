// Hooks of the room's views: results of works, widths, and the colours of the page.
import { useEffect, useRef, useState } from 'preact/hooks';

/** A result that is being worked out. */
export interface Pending<T> {
  /** The last result; it stays while the next is under way, and goes with an error. */
  readonly result: T | undefined;
  /** From 0 to 1 while work is under way. */
  readonly progress: number | undefined;
  readonly error: string | undefined;
}

/**
 * The result of a work that starts again whenever `inputs` change. While one is under way only the newest of the next
 * is kept, so that a slider that moves fast does not queue works.
 *
 * @param start undefined: nothing to do
 */
export function useLatest<T>(
  start: ((onProgress: (share: number) => void) => Promise<T>) | undefined,
  inputs: readonly unknown[],
): Pending<T> {
  const [pending, setPending] = useState<Pending<T>>({ result: undefined, progress: undefined, error: undefined });
  const state = useRef({ isRunning: false, next: start, isGone: false });
  useEffect(
    () => () => {
      state.current.isGone = true;
    },
    [],
  );
  useEffect(() => {
    const now = state.current;
    now.next = start;
    if (!now.isRunning) run();
    async function run(): Promise<void> {
      now.isRunning = true;
      while (now.next && !now.isGone) {
        const work = now.next;
        now.next = undefined;
        const tell = (change: Partial<Pending<T>>) => now.isGone || setPending((last) => ({ ...last, ...change }));
        try {
          tell({ progress: 0, error: undefined });
          const result = await work((progress) => tell({ progress }));
          tell({ result, progress: undefined });
        } catch (error) {
          tell({
            result: undefined,
            progress: undefined,
            error: error instanceof Error ? error.message : String(error),
          });
        }
      }
      now.isRunning = false;
    }
  }, inputs);
  return pending;
}

/** A result and its subject. */
export interface About<S, T> {
  readonly subject: S;
  readonly value: T;
}

/** The result, if it is about the present subject. */
export function presentOf<S, T>(pending: Pending<About<S, T>>, subject: S): Pending<T> {
  const { result } = pending;
  return { ...pending, result: result?.subject === subject ? result.value : undefined };
}

/** As {@link useLatest}, but results of an earlier subject are not given while the next is under way. */
export function useLatestOf<S, T>(
  subject: S,
  start: (onProgress: (share: number) => void) => Promise<T>,
  inputs: readonly unknown[] = [],
): Pending<T> {
  const pending = useLatest(async (on) => ({ subject, value: await start(on) }), [subject, ...inputs]);
  return presentOf(pending, subject);
}

/** The width of an element in CSS pixels, as it changes. */
export function useWidth<E extends HTMLElement>(first: number) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}

/** A number that changes with the colours of the page, so that canvases are drawn anew. */
export function useColourScheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const onChange = () => setChanges((count) => count + 1);
    scheme.addEventListener('change', onChange);
    return () => scheme.removeEventListener('change', onChange);
  }, []);
  return changes;
}
