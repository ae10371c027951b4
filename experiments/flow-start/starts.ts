// The first steps of a run: how many layers of its flow lie on the flat ends of tanh.
import { completeConfig, experiment, fit, startEagerBackend, tf, training } from 'flowvae';
import { useOf } from '../table2/flow-use.ts';
import { type Case, type Part, settingsOf } from './config.ts';

/** Images and draws of a look. */
const TAKEN = { first: 0, count: 100, draws: 10 } as const;

/** The flow after some steps; means over test images and draws. */
interface Look {
  readonly step: number;
  /** Share of layers and draws with |tanh(wᵀz + b)| above 0.99. */
  readonly flat: number;
  /** nats */
  readonly logDet: number;
  /** nats, untempered */
  readonly elbo: number;
}

/** A start, look by look. */
export interface Start extends Case {
  readonly looks: readonly Look[];
  /** The largest norm of a gradient, and its step. */
  readonly largestGradient: { readonly norm: number; readonly step: number };
}

/**
 * Trains a case for the part's steps, and looks at the flow before the first and after every few; undefined after a
 * stop.
 */
export async function startOf(
  each: Case,
  { steps, every }: Part,
  { threads, signal }: { readonly threads: number; readonly signal: AbortSignal },
): Promise<Start | undefined> {
  await startEagerBackend('wasm'); // for the looks
  const config = completeConfig({ ...settingsOf(each), steps, threads });
  const parts = await experiment(config);
  const { problem, optimizer } = training(parts);
  const { variables } = parts.model;
  const looks: Look[] = [];
  let largestGradient = { norm: 0, step: 0 };
  const look = (step: number) => {
    const { flat, logDet, elbo } = useOf(parts, TAKEN);
    looks.push({ step, flat, logDet, elbo });
  };
  look(0);
  await fit({
    ...problem,
    variables,
    optimizer,
    steps,
    threads,
    entryEvery: 1,
    signal,
    callbacks: [
      {
        onEntry({ step, gradientNorm }) {
          if (gradientNorm > largestGradient.norm) largestGradient = { norm: gradientNorm, step };
        },
        async onStep(moment) {
          if (moment.step % every !== 0) return;
          await moment.writeVariables();
          look(moment.step);
        },
      },
    ],
  });
  tf.dispose({ ...variables });
  return signal.aborted ? undefined : { ...each, looks, largestGradient };
}
