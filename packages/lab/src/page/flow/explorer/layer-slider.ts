// The slider through the layers, and the button that plays it.
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface LayerSliderProps {
  readonly at: number;
  readonly layers: number;
  readonly onChange: (at: number) => void;
}

/** Time for the whole way, and the least for one layer, ms. */
const WHOLE_MS = 5000;
const LEAST_MS = 450;

export function LayerSlider({ at, layers, onChange }: LayerSliderProps) {
  const [isPlaying, setIsPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const from = at >= layers ? 0 : at;
    const speed = 1 / Math.max(WHOLE_MS / layers, LEAST_MS);
    let begin: number | undefined;
    let frame = requestAnimationFrame(step);
    function step(now: number) {
      begin ??= now;
      const next = Math.min(from + (now - begin) * speed, layers);
      onChange(next);
      if (next < layers) frame = requestAnimationFrame(step);
      else setIsPlaying(false);
    }
    return () => cancelAnimationFrame(frame);
    // the place at the press decides where the play begins
  }, [isPlaying, layers]);
  const stop = (next: number) => {
    setIsPlaying(false);
    onChange(next);
  };
  return h(
    'div',
    { class: 'layer-slider' },
    h(
      'button',
      { type: 'button', id: 'play', onClick: () => setIsPlaying(!isPlaying) },
      isPlaying ? '❚❚ Stop' : '▶ Play',
    ),
    h(
      'label',
      null,
      h('span', null, `Layers passed: ${at.toFixed(1)} of ${layers}`),
      h('input', {
        type: 'range',
        id: 'layer',
        min: 0,
        max: layers,
        step: 0.02,
        value: at,
        onInput: (event: Event) => stop((event.currentTarget as HTMLInputElement).valueAsNumber),
      }),
    ),
    h(
      'button',
      { type: 'button', 'aria-label': 'One layer back', onClick: () => stop(Math.max(Math.ceil(at) - 1, 0)) },
      '‹',
    ),
    h(
      'button',
      { type: 'button', 'aria-label': 'One layer on', onClick: () => stop(Math.min(Math.floor(at) + 1, layers)) },
      '›',
    ),
  );
}
