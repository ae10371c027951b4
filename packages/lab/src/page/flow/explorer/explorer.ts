// A flow to explore: pictures, slider, formulas, choices and training.
import { type ComponentChild, h } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { nearestOnLine, type Pair, type PlanarLayer, planarLayerOf, withPlanarLayer } from '../plane/planar-layer.ts';
import { FlowPicture } from './flow-picture.ts';
import { FormulaPanel } from './formula-panel.ts';
import { LayerSlider } from './layer-slider.ts';
import { PlanarEditor } from './planar-editor.ts';
import type { Preset } from './preset.ts';
import { FlowPanel, TargetPanel } from './setup-panel.ts';
import { TargetPicture } from './target-picture.ts';
import { TrainingPanel } from './training-panel.ts';
import { useExplorer } from './use-explorer.ts';
import { useTrainer } from './use-trainer.ts';

export function Explorer({ preset }: { readonly preset: Preset }): ComponentChild {
  const exploration = useExplorer(preset);
  const trainer = useTrainer(exploration);
  const [erases, setErases] = useState(false);
  const { model, layer, at, setAt, setValues, journey } = exploration;
  const isPlanar = model.setup.family === 'planar';
  const planar = useMemo(
    () => (isPlanar ? planarLayerOf(model.values, layer) : undefined),
    [isPlanar, model.values, layer],
  );
  const isTraining = trainer.phase === 'running' || trainer.phase === 'starting' || trainer.phase === 'stopping';
  const [anchor, setAnchor] = useState<Pair>([0, 0]);
  const onPlanar = (next: PlanarLayer, at?: Pair) => {
    if (at) setAnchor(at);
    setValues(model.flow, withPlanarLayer(model.values, layer, next));
  };
  const onLine = useMemo(() => planar && nearestOnLine(planar, anchor), [planar, anchor]);
  const edited = planar && onLine && { layer: planar, index: layer, anchor: onLine, onChange: onPlanar };
  return h(
    'div',
    { class: 'explorer' },
    h(
      'div',
      { class: 'stage' },
      h(
        'div',
        { class: 'pictures' },
        h(FlowPicture, { exploration, edited: isTraining ? undefined : edited }),
        h(TargetPicture, { exploration, erases }),
      ),
      h(LayerSlider, { at, layers: journey.layers, onChange: setAt }),
      h(
        'div',
        { class: 'pictures' },
        h(FormulaPanel, { exploration, planar }),
        h(TrainingPanel, { exploration, trainer }),
      ),
    ),
    h(
      'div',
      { class: 'choices' },
      planar ? h(PlanarEditor, { layer: planar, index: layer, onChange: onPlanar }) : null,
      h(FlowPanel, { exploration }),
      h(TargetPanel, { exploration, erases, onErases: setErases }),
    ),
  );
}
