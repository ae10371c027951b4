// The page: a bar with the rooms, and the room that the address names.
import { type ComponentChild, h, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type LabRun, runFiles } from '../lab-run.ts';
import { readBeside } from './parts/beside.ts';
import type { RoomProps } from './room-props.ts';
import { type Room, rooms } from './rooms.ts';

/** The room in the address; the first one by default. */
const roomNow = (): Room => rooms.find(({ name }) => location.hash.slice(1).split('/')[0] === name) ?? rooms[0]!;

/** The run beside the page, if it was opened with one. */
async function runBeside(): Promise<LabRun | undefined> {
  if (!document.querySelector('meta[name="flowvae-run"]')) return undefined;
  return JSON.parse(new TextDecoder().decode(await readBeside(runFiles.description)));
}

/** Stands in the place of a room whose program does not come. */
const Missing = (): ComponentChild =>
  h(
    'p',
    { class: 'wrong' },
    'This room could not be loaded: is the server of the page still there? Start it and reload.',
  );

function Lab({ run }: RoomProps): ComponentChild {
  const [room, setRoom] = useState(roomNow());
  const [View, setView] = useState<((props: RoomProps) => ComponentChild) | undefined>(undefined);
  useEffect(() => {
    const onChange = () => setRoom(roomNow());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  useEffect(() => {
    let isCurrent = true;
    room.load().then(
      (view) => isCurrent && setView(() => view),
      () => isCurrent && setView(() => Missing),
    );
    document.title = `${room.title} · flowvae lab`;
    return () => {
      isCurrent = false;
      setView(undefined);
    };
  }, [room]);
  return h(
    'div',
    null,
    h(
      'header',
      { class: 'bar' },
      h('h1', null, 'flowvae lab'),
      h(
        'nav',
        { 'aria-label': 'Rooms' },
        rooms.map(({ name, title }) =>
          h('a', { href: `#${name}`, 'aria-current': name === room.name ? 'page' : undefined }, title),
        ),
      ),
      run ? h('span', { class: 'hint' }, `run ${run.name}`) : null,
    ),
    h('main', { class: 'room' }, View ? h(View, { run }) : h('p', { class: 'hint' }, 'Loading…')),
  );
}

const place = document.querySelector('#lab')!;
runBeside().then(
  (run) => render(h(Lab, { run }), place),
  () => render(h(Missing, null), place),
);
