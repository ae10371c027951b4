// Peak resident memory of this process after so many training steps, MiB.
import { fit, peakMemoryMiB, tf } from 'flowvae';
import { readTask } from '../contenders/own-child.ts';
import { problemOf } from '../setting.ts';

const task = readTask();
await tf.setBackend('cpu');
const { problem, model, optimizer } = await problemOf(task);
await fit({ ...problem, variables: model.variables, optimizer, steps: task.count, threads: task.threads });
process.stdout.write(String(peakMemoryMiB()), () => process.exit());
