// The choices of flow, base and target.
import { type ComponentChild, h } from 'preact';
import { ChoiceField, NumberField } from '../controls/fields.ts';
import { type BaseName, bases } from '../plane/bases.ts';
import { type FlowName, families, MOST_LAYERS } from '../plane/families.ts';
import type { StartName } from '../plane/first-parameters.ts';
import { emptyPainting, firstPainting } from '../targets/painted.ts';
import { type EnergyName, FIRST_EXPRESSION, type TargetChoice, type ToyName } from '../targets/target-choice.ts';
import type { Exploration } from './use-explorer.ts';

const familyChoices = families.map(({ name }) => [name, name] as const);
const baseChoices = (Object.keys(bases) as BaseName[]).map((name) => [name, bases[name].title] as const);
const startChoices = [
  ['drawn', 'random'],
  ['identity', 'identity'],
] as const satisfies readonly (readonly [StartName, string])[];

export function FlowPanel({ exploration }: { readonly exploration: Exploration }): ComponentChild {
  const { model, change } = exploration;
  const { family, layers, base, start, seed } = model.setup;
  return h(
    'section',
    { class: 'panel', id: 'flow-panel' },
    h('h2', null, 'Flow'),
    h(
      'div',
      { class: 'two-up' },
      h(ChoiceField<FlowName>, {
        label: 'Family',
        value: family,
        choices: familyChoices,
        onChange: (next) => change({ family: next }),
      }),
      h(NumberField, {
        label: `Layers, 1 to ${MOST_LAYERS}`,
        value: layers,
        min: 1,
        max: MOST_LAYERS,
        onChange: (next: number) => change({ layers: next }),
      }),
    ),
    h(ChoiceField<BaseName>, {
      label: 'Base density q₀',
      value: base,
      choices: baseChoices,
      onChange: (next) => change({ base: next }),
    }),
    h(
      'div',
      { class: 'two-up' },
      h(ChoiceField<StartName>, {
        label: 'First parameters',
        value: start,
        choices: startChoices,
        onChange: (next) => change({ start: next }),
      }),
      h(NumberField, {
        label: 'Seed',
        value: seed,
        min: 0,
        max: 9999,
        onChange: (next: number) => change({ seed: next }),
      }),
    ),
  );
}

/** Targets in the list, by one word each. */
const targetChoices = [
  ['energy U1', 'U1: two modes on a ring'],
  ['energy U2', 'U2: a wave'],
  ['energy U3', 'U3: a wave that splits and joins'],
  ['energy U4', 'U4: a wave that splits'],
  ['toy twoMoons', 'two moons'],
  ['toy eightGaussians', 'eight normals'],
  ['toy checkerboard', 'checkerboard'],
  ['toy pinwheel', 'pinwheel'],
  ['toy rings', 'rings'],
  ['expression', 'your own formula'],
  ['painted', 'your own painting'],
] as const;

type TargetWord = (typeof targetChoices)[number][0];

function choiceOf(word: TargetWord): TargetChoice {
  const [kind, name] = word.split(' ');
  if (kind === 'energy') return { kind, name: name as EnergyName };
  if (kind === 'toy') return { kind, name: name as ToyName };
  return kind === 'painted' ? { kind, painting: firstPainting() } : { kind: 'expression', text: FIRST_EXPRESSION };
}

const wordOf = (choice: TargetChoice): TargetWord =>
  ('name' in choice ? `${choice.kind} ${choice.name}` : choice.kind) as TargetWord;

interface TargetPanelProps {
  readonly exploration: Exploration;
  readonly erases: boolean;
  readonly onErases: (erases: boolean) => void;
}

export function TargetPanel({ exploration, erases, onErases }: TargetPanelProps): ComponentChild {
  const { choice, setChoice, wrong } = exploration;
  return h(
    'section',
    { class: 'panel', id: 'target-panel' },
    h('h2', null, 'Target'),
    h(ChoiceField<TargetWord>, {
      label: 'Density p that the flow should reach',
      value: wordOf(choice),
      choices: targetChoices,
      onChange: (word) => setChoice(choiceOf(word)),
    }),
    choice.kind === 'expression'
      ? h(
          'label',
          { class: 'field' },
          h('span', null, 'log p̃(z₁, z₂), nats: log p up to a constant'),
          h('textarea', {
            id: 'expression',
            rows: 3,
            spellcheck: false,
            value: choice.text,
            'aria-invalid': wrong ? 'true' : 'false',
            onInput: (event: Event) =>
              setChoice({ kind: 'expression', text: (event.currentTarget as HTMLTextAreaElement).value }),
          }),
          h('span', null, 'z1, z2, + − * / ^, exp log sqrt abs sin cos tanh sigmoid softplus min max logaddexp, pi, e'),
          h('span', { class: 'wrong message', role: 'status', id: 'expression-error' }, wrong ?? ''),
        )
      : null,
    choice.kind === 'painted'
      ? h(
          'div',
          { class: 'buttons' },
          h('button', { type: 'button', 'aria-pressed': !erases, onClick: () => onErases(false) }, 'Brush'),
          h('button', { type: 'button', 'aria-pressed': erases, onClick: () => onErases(true) }, 'Eraser'),
          h(
            'button',
            { type: 'button', onClick: () => setChoice({ kind: 'painted', painting: emptyPainting() }) },
            'Clear',
          ),
        )
      : null,
  );
}
