// The room Latent space: a run is read and opened here; the explorer shows it.
import { type ComponentChild, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RoomProps } from '../room-props.ts';
import { readChosenFiles } from '../run/chosen-files.ts';
import { type RunData, readRunData } from '../run/run-data.ts';
import { Explorer } from './explorer.ts';
import { NoRun } from './no-run.ts';
import { openSession, type Session } from './session.ts';

/** The room. */
export function LatentRoom({ run }: RoomProps): ComponentChild {
  const [source, setSource] = useState<(() => Promise<RunData>) | undefined>(() => run && (() => readRunData(run)));
  const [session, setSession] = useState<Session | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!source) return;
    let isGone = false;
    let opened: Session | undefined;
    setError(undefined);
    source()
      .then(openSession)
      .then((next) => {
        if (isGone) return next.end();
        opened = next;
        setSession(next);
      })
      .catch((reason) => isGone || setError(reason instanceof Error ? reason.message : String(reason)));
    return () => {
      isGone = true;
      opened?.end();
      setSession(undefined);
    };
  }, [source]);
  const choose = (files: readonly File[]) => setSource(() => () => readChosenFiles(files));
  if (session) return h(Explorer, { session });
  if (!source || error !== undefined) return h(NoRun, { error, onFiles: choose });
  return h('p', { class: 'hint', role: 'status' }, 'Reading the run …');
}
