// The room Flow: a flow to explore, and four ready scenes.
import { type ComponentChild, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RoomProps } from '../room-props.ts';
import { Explorer } from './explorer/explorer.ts';
import { AreaScene } from './scenes/area-scene.ts';
import { LineScene } from './scenes/line-scene.ts';
import { explorePreset, tenLayersPreset, twoLayersPreset } from './scenes/presets.ts';
import { type Scene, type SceneName, scenes } from './scenes/scene-list.ts';

const views: Readonly<Record<SceneName, () => ComponentChild>> = {
  explore: () => h(Explorer, { key: 'explore', preset: explorePreset }),
  line: () => h(LineScene, null),
  area: () => h(AreaScene, null),
  two: () => h(Explorer, { key: 'two', preset: twoLayersPreset }),
  ten: () => h(Explorer, { key: 'ten', preset: tenLayersPreset }),
};

/** The scene in the address, `#flow/area`; `explore` by default. */
function sceneNow(): SceneName {
  const name = location.hash.split('/')[1] ?? '';
  return Object.hasOwn(scenes, name) ? (name as SceneName) : 'explore';
}

/** The room. */
export function FlowRoom(_: RoomProps): ComponentChild {
  const [scene, setScene] = useState(sceneNow);
  useEffect(() => {
    const onChange = () => setScene(sceneNow());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return h(
    'div',
    { class: 'flow-room' },
    h(
      'nav',
      { class: 'scenes', 'aria-label': 'Scenes' },
      Object.values(scenes).map(({ name, title }) =>
        h('a', { href: `#flow/${name}`, 'aria-current': name === scene ? 'page' : undefined }, title),
      ),
    ),
    h(Sentences, { scene: scenes[scene] }),
    views[scene](),
  );
}

const Sentences = ({ scene }: { readonly scene: Scene }) =>
  h(
    'div',
    { class: 'sentences' },
    scene.sentences.map((sentence) => h('p', null, sentence)),
  );
