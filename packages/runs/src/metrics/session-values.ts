// The session of a run in TensorBoard's HPARAMS tab: https://github.com/tensorflow/tensorboard,
// plugins/hparams/plugin_data.proto and google/protobuf/struct.proto. The tab finds the metrics by itself: they are the
// scalars of the run.
import type { SummaryValue } from './event-message.ts';
import { delimited, double, message, text, whole } from './protocol-buffer.ts';

/** Values by name that are the same during the whole run. */
export type Hyperparameters = Readonly<Record<string, string | number | boolean>>;

/** The end of a session; a run that was stopped has none, for it may go on. */
export type SessionEnd = 'success' | 'failure';

/** The beginning of a session. @param seconds wall time, since 1970 */
export function sessionStart(hyperparameters: Hyperparameters, seconds: number): SummaryValue {
  const names = Object.keys(hyperparameters).toSorted();
  const entries = names.map((name) =>
    delimited(1, message(text(1, name), delimited(2, wrapped(hyperparameters[name]!)))),
  );
  const start = message(...entries, double(5, seconds));
  return { tag: '_hparams_/session_start_info', plugin: { name: PLUGIN, content: delimited(3, start) } };
}

/** The end of a session. @param seconds wall time, since 1970 */
export function sessionEnd(end: SessionEnd, seconds: number): SummaryValue {
  const content = delimited(4, message(whole(1, statuses[end]), double(2, seconds)));
  return { tag: '_hparams_/session_end_info', plugin: { name: PLUGIN, content } };
}

const PLUGIN = 'hparams';

const statuses: Readonly<Record<SessionEnd, number>> = { success: 1, failure: 2 };

function wrapped(value: string | number | boolean): Uint8Array {
  if (typeof value === 'number') return double(2, value);
  return typeof value === 'string' ? text(3, value) : whole(4, Number(value));
}
