// The options of `pnpm bench`.
import { parseArgs } from 'node:util';
import { ExpectationError, type NetworkName } from 'flowvae';
import { type Family, familyNames } from './families.ts';

/** Who takes part beside flowvae. */
const peerNames = ['tfjs', 'pytorch', 'compile', 'jax'] as const;
type PeerName = (typeof peerNames)[number];

/** The networks for pictures that have a counterpart in PyTorch. */
const pictureNetworks = ['conv', 'gated-conv'] as const satisfies readonly NetworkName[];

/** Checked options; each section has its own defaults for undefined ones. */
export interface Options {
  /** The chosen sections; undefined for all. */
  readonly sections: readonly string[] | undefined;
  readonly json: boolean;
  readonly record: boolean;
  readonly tables: boolean;
  readonly check: boolean;
  readonly help: boolean;
  readonly rounds: number;
  readonly steps: number;
  readonly images: number;
  /** Seconds that a peer may take to start. */
  readonly patience: number;
  readonly layers: readonly number[] | undefined;
  readonly widths: readonly number[];
  /** Flows of section family. */
  readonly flows: readonly Family[] | undefined;
  readonly architectures: readonly (typeof pictureNetworks)[number][];
  readonly threads: readonly number[] | undefined;
  readonly peers: ReadonlySet<PeerName>;
}

/** The usage, with the sections' lines. */
export const usage = (sections: Readonly<Record<string, { readonly title: string }>>): string => `pnpm bench [options]

  --section <name,…>  these sections instead of all:
${Object.entries(sections)
  .map(([name, { title }]) => `                        ${name.padEnd(12)}${title}`)
  .join('\n')}
  --json              one JSON object on stdout instead of tables
  --record            also write results/<section>.json, and the tables of the READMEs from all recorded results
  --tables            measure nothing, only write the tables from the recorded results; --check: fail where one differs
  --rounds <n>        interleaved rounds (default 5; where a child process is started for each: at most 3)
  --steps <n>         steps in a round (default 60)
  --images <n>        test images of an evaluation with 200 samples (default 1000)
  --patience <s>      seconds that a peer may take to start, compiling included (default 60)
  --layers <n,n,…>    flow lengths K; of Glow steps on a level (default: each section's own)
  --widths <n,n,…>    widths of the hidden layers in section widths (default 200,400,800)
  --architectures <name,…>  networks in section networks (default conv,gated-conv)
  --flows <name,…>    flows in section family (default: all)
  --threads <n,n,…>   cores (default 2; section flow: 1,2; passes and lowerings: 1; parts has 1)
  --peers <name,…>    ${peerNames.join(', ')} (default: all of them), or none
`;

/** @throws ExpectationError for an unknown option, section or peer, or an invalid number */
export function readOptions(argv: readonly string[], sections: readonly string[]): Options {
  const values = parsed(argv);
  return {
    sections: values.section === undefined ? undefined : words('section', values.section, sections),
    json: values.json,
    record: values.record,
    tables: values.tables,
    check: values.check,
    help: values.help,
    rounds: numbers('rounds', values.rounds, 1)[0]!,
    steps: numbers('steps', values.steps, 1)[0]!,
    images: numbers('images', values.images, 1)[0]!,
    patience: numbers('patience', values.patience, 1)[0]!,
    layers: values.layers === undefined ? undefined : numbers('layers', values.layers, 0),
    widths: numbers('widths', values.widths, 1),
    flows: values.flows === undefined ? undefined : words('flows', values.flows, familyNames),
    architectures: words('architectures', values.architectures, pictureNetworks),
    threads: values.threads === undefined ? undefined : numbers('threads', values.threads, 1),
    peers: peersOf(values.peers),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        section: { type: 'string' },
        json: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        tables: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
        steps: { type: 'string', default: '60' },
        images: { type: 'string', default: '1000' },
        patience: { type: 'string', default: '60' },
        layers: { type: 'string' },
        widths: { type: 'string', default: '200,400,800' },
        flows: { type: 'string' },
        architectures: { type: 'string', default: pictureNetworks.join(',') },
        threads: { type: 'string' },
        peers: { type: 'string', default: peerNames.join(',') },
      },
    }).values;
  } catch (error) {
    throw refusal('options', 'those that --help lists', (error as Error).message.split('\n')[0]!);
  }
}

function numbers(name: string, text: string, least: number): number[] {
  return text.split(',').map((part) => {
    const number = /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (number >= least) return number;
    throw refusal(`--${name}`, `whole numbers from ${least} on, joined by commas`, `'${part}'`);
  });
}

const peersOf = (text: string): ReadonlySet<PeerName> =>
  new Set(text === 'none' ? [] : words('peers', text, peerNames, 'none, or some'));

function words<T extends string>(name: string, text: string, known: readonly T[], some = 'some'): readonly T[] {
  const given = text.split(',');
  const unknown = given.find((word) => !known.includes(word as T));
  if (unknown === undefined) return given as T[];
  throw refusal(`--${name}`, `${some} of ${known.join(', ')}`, `'${unknown}'`);
}

const refusal = (where: string, expected: string, received: string) =>
  new ExpectationError({ where: `bench: ${where}`, expected, received, remedy: 'see pnpm bench --help' });
