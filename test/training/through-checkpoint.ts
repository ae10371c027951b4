// The state of a run at a step, written as a checkpoint and read back.
import type { Callback, RunState } from '@flowvae/training';
import { decodeCheckpoint, encodeCheckpoint } from '../../packages/runs/src/checkpoints/checkpoint.ts';

/** A callback that keeps the state of a step, and the state as a checkpoint gives it. */
export function keptAt(step: number) {
  const states: RunState[] = [];
  const callback: Callback = {
    async onStep(moment) {
      if (moment.step === step) states.push(await moment.state());
    },
  };
  const context = { position: {}, config: {}, versions: {}, metrics: { bytes: 0, sha256: '' }, eventBytes: 0 };
  const read = () => {
    const { record, arrays } = encodeCheckpoint(states[0]!, context);
    return decodeCheckpoint(record, Buffer.concat(arrays), 'checkpoint');
  };
  return { callback, read };
}
