// A pen on a canvas: white ink on black, by pointer or by keys.
import type { Colours } from '../math/own-picture.ts';

/** Width of a stroke, and the way of the pen by a key; pixels of a pad of 280. */
const [STROKE, STEP] = [22, 10];

/** The shades of a canvas. */
export function colourSized(context: CanvasRenderingContext2D): Colours {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const values = Float32Array.from(
    { length: 3 * width * height },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]! / 255,
  );
  return { values, width, height };
}

/** A pen that tells each finished stroke. */
export class Pen {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onStroke: (drawing: Colours) => void;
  #isDown = false;
  #at: readonly [number, number] = [140, 60];

  constructor(canvas: HTMLCanvasElement, onStroke: (drawing: Colours) => void) {
    this.canvas = canvas;
    this.#context = canvas.getContext('2d', { willReadFrequently: true })!;
    this.#onStroke = onStroke;
    this.clear();
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#isDown = true;
      this.#at = this.#placeOf(event);
      this.#to(this.#at);
    });
    canvas.addEventListener(
      'pointermove',
      (event) => this.#isDown && event.buttons > 0 && this.#to(this.#placeOf(event)),
    );
    canvas.addEventListener('pointerup', () => this.#lift());
    canvas.addEventListener('pointercancel', () => this.#lift());
    canvas.addEventListener('blur', () => this.#lift());
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Empties the pad. */
  clear(): void {
    this.#isDown = false;
    this.#context.fillStyle = '#000';
    this.#context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #placeOf({ offsetX, offsetY }: PointerEvent): readonly [number, number] {
    const scale = this.canvas.width / this.canvas.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }

  #to(place: readonly [number, number]): void {
    const context = this.#context;
    context.strokeStyle = '#fff';
    context.lineWidth = STROKE;
    context.lineCap = context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(...this.#at);
    context.lineTo(...place);
    context.stroke();
    this.#at = place;
  }

  #lift(): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#onStroke(colourSized(this.#context));
  }

  #onKey(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const step = steps[event.key];
    if (!step && event.key !== ' ') return;
    event.preventDefault();
    if (step) {
      const inside = (value: number) => Math.min(this.canvas.width, Math.max(0, value));
      const next = [inside(this.#at[0] + step[0]), inside(this.#at[1] + step[1])] as const;
      if (this.#isDown) this.#to(next);
      else this.#at = next;
    } else if (this.#isDown) this.#lift();
    else {
      this.#isDown = true;
      this.#to(this.#at);
    }
  }
}
