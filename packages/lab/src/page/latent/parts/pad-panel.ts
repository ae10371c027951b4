// A drawing or a picture file of the visitor, to be encoded.
import { type ComponentChild, h } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Colours } from '../math/own-picture.ts';
import { type Chosen, hasDigits, ownChoice, type Session } from '../session.ts';
import { Picture } from '../view/picture.ts';
import { colourSized, Pen } from './pen.ts';

/** Properties of {@link PadPanel}. */
export interface PadProps {
  readonly session: Session;
  onChosen(chosen: Chosen): void;
}

/** The longer side of a picture file as it is read, pixels. */
const LONGEST = 400;

/** A pad, a field for files, and the picture as the encoder gets it. */
export function PadPanel({ session, onChosen }: PadProps): ComponentChild {
  const { shape } = session.data.run.model;
  const pen = useRef<Pen | undefined>(undefined);
  const [made, setMade] = useState<Chosen | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  const take = (picture: Colours, title: string) => {
    const next = ownChoice(session, picture, title);
    setError(undefined);
    setMade(next);
    onChosen(next);
  };
  const attach = (canvas: HTMLCanvasElement | null) => {
    if (!canvas || pen.current?.canvas === canvas) return;
    pen.current = new Pen(canvas, (picture) => take(picture, 'your drawing'));
  };
  const onFile = async ({ currentTarget }: Event) => {
    const [file] = (currentTarget as HTMLInputElement).files ?? [];
    if (!file) return;
    try {
      take(await read(file), 'your picture');
    } catch {
      setError(`${file.name}: expected a picture that this browser can show`);
    }
  };
  return h(
    'section',
    { class: 'panel' },
    h('h2', null, 'Your own picture'),
    h('p', { class: 'hint' }, padNote(shape, hasDigits(session))),
    h(
      'div',
      { class: 'pad' },
      h('canvas', {
        ref: attach,
        width: 280,
        height: 280,
        tabIndex: 0,
        role: 'application',
        'aria-label': 'Drawing pad. Arrow keys move the pen, Space puts it down and lifts it.',
      }),
      h(Picture, { values: made?.image, shape, title: made ? 'as the encoder gets it' : 'nothing drawn yet' }),
    ),
    h(
      'div',
      { class: 'buttons' },
      h(
        'button',
        {
          type: 'button',
          onClick: () => {
            pen.current?.clear();
            setMade(undefined);
          },
        },
        'Clear',
      ),
      h('button', { type: 'button', disabled: !made, onClick: () => made && onChosen(made) }, 'Choose it again'),
    ),
    h(
      'label',
      { class: 'field' },
      h('span', null, 'Or a picture file; it stays in this page'),
      h('input', { type: 'file', accept: 'image/*', onChange: onFile }),
    ),
    error === undefined ? null : h('p', { class: 'wrong', role: 'alert' }, error),
  );
}

const padNote = (shape: readonly number[], isDigit: boolean): string =>
  isDigit
    ? 'Draw with mouse, finger or keys (arrows move the pen, Space lowers and lifts it). The drawing is scaled into 20 x 20 pixels and its centre of mass put into the middle of 28 x 28, as all digits of MNIST are. It becomes the chosen picture.'
    : `Draw with mouse, finger or keys (arrows move the pen, Space lowers and lifts it). It is only scaled to ${shape.join(' x ')}, and its shades stay; the digits of MNIST alone are also centred. It becomes the chosen picture.`;

async function read(file: File): Promise<Colours> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff'; // behind transparent pixels
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return colourSized(context);
}
