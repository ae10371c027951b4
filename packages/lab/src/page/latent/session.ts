// A run that is open in the room: its data, and two workers with its model.
import type { Codes } from '../../worker/latent-numbers.ts';
import type { ModelFacts } from '../../worker/latent-works.ts';
import { isBinary, pictureAt, type RunData } from '../run/run-data.ts';
import { type Colours, inForm, isDigits } from './math/own-picture.ts';
import { RoomWorker } from './room-worker.ts';

/** The seed of all codes. */
export const SEED = 0;

/** An open run. */
export interface Session extends ModelFacts {
  readonly data: RunData;
  readonly isBinary: boolean;
  /** For work that the visitor waits for while moving: decoding. */
  readonly quick: RoomWorker;
  /** For work of seconds: encoding many pictures, importance samples. */
  readonly steady: RoomWorker;
  end(): void;
}

/** Opens a run's model in both workers. @throws Error in one line, if the parameters do not fit */
export async function openSession(data: RunData): Promise<Session> {
  const [quick, steady] = [new RoomWorker(), new RoomWorker()];
  const end = () => {
    quick.end();
    steady.end();
  };
  try {
    const options = { model: data.run.model, parameters: data.parameters };
    const [facts] = await Promise.all([quick.ask('open', options), steady.ask('open', options)]);
    return { ...facts, data, isBinary: isBinary(data), quick, steady, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** A picture that the visitor has chosen or made. */
export interface Chosen {
  readonly image: Uint8Array<ArrayBuffer>;
  /** A name for people. */
  readonly title: string;
  /** Its place among the test pictures; absent: an own picture. */
  readonly index?: number;
}

/** A test picture as a choice. */
export function chosenAt({ data }: Pick<Session, 'data'>, index: number): Chosen {
  const name = classOf(data, index);
  const title = `test picture ${index + 1}${name === undefined ? '' : `, class ${name}`}`;
  return { image: pictureAt(data, index), title, index };
}

/** The name of a test picture's class. */
function classOf({ run, labels }: RunData, index: number): string | undefined {
  const label = labels?.[index];
  return label === undefined ? undefined : (run.data.classes?.[label] ?? String(label));
}

/** A visitor's picture as a choice, in the form of the run's data. */
export const ownChoice = (session: Session, picture: Colours, title: string): Chosen => ({
  image: inForm(picture, {
    shape: session.data.run.model.shape,
    isBinary: session.isBinary,
    isDigit: hasDigits(session),
  }),
  title,
});

/** Whether the run's data are MNIST's digits. */
export const hasDigits = ({ data: { run } }: Pick<Session, 'data'>): boolean =>
  isDigits(run.data.name, run.model.shape);

/** The mean of q(z|x) of a picture, [D]. */
export async function meanOf({ quick }: Session, { image, index }: Chosen): Promise<Float32Array> {
  const { mean } = await quick.ask('encode', { images: image, seed: SEED, first: index });
  return mean;
}

/** Pictures that are encoded in one go. */
const PART = 100;

/** Codes of the first test pictures, a part after the other, so that other work of the worker comes between. */
export async function codesOfFirst(
  { data, steady, latent }: Session,
  count: number,
  onProgress: (share: number) => void,
): Promise<Codes> {
  const { pixels } = data.run.model;
  const codes = { mean: new Float32Array(count * latent), draw: new Float32Array(count * latent) };
  for (let first = 0; first < count; first += PART) {
    const images = data.images.slice(first * pixels, Math.min(count, first + PART) * pixels);
    const { mean, draw } = await steady.ask('encode', { images, seed: SEED, first });
    codes.mean.set(mean, first * latent);
    codes.draw.set(draw, first * latent);
    onProgress(Math.min(1, (first + PART) / count));
  }
  return codes;
}
