// The functions that make the layers of every row of the table.
import { key } from '@flowvae/random';
import { chain } from '../compose/chain.ts';
import { actnorm } from '../families/actnorm.ts';
import { affine } from '../families/affine.ts';
import { type AutoregressiveOptions, iaf, maf } from '../families/autoregressive.ts';
import { intervalFlow, orderedFlow, positiveFlow } from '../families/constraining.ts';
import { full } from '../families/full.ts';
import { householder } from '../families/householder.ts';
import { lu } from '../families/lu.ts';
import { nice } from '../families/nice.ts';
import { nicePlanar } from '../families/nice-planar.ts';
import { permutation } from '../families/permutation.ts';
import { planar } from '../families/planar.ts';
import { planarLeaky } from '../families/planar-leaky.ts';
import { radial } from '../families/radial.ts';
import { realnvp } from '../families/realnvp.ts';
import { spline } from '../families/spline.ts';
import { sylvesterHouseholder, sylvesterOrthogonal, sylvesterTriangular } from '../families/sylvester.ts';
import type { Flow, InvertibleFlow } from '../flow.ts';
import type { NetworkForm } from '../frames/conditioner.ts';
import { channelMix } from '../images/channel-mix.ts';
import { channelCoupling, checkerboardCoupling } from '../images/couplings.ts';
import { glow } from '../images/glow.ts';
import { imageActnorm } from '../images/image-actnorm.ts';
import { imageNice } from '../images/image-nice.ts';
import { imageRealnvp } from '../images/image-realnvp.ts';
import type { ImageCouplingOptions } from '../images/parts/image-coupling.ts';
import type { ImageShape } from '../images/parts/picture.ts';
import { squeeze } from '../images/squeeze.ts';
import type { FlowName, InvertibleName } from './flow-table.ts';
import type { FlowTerm } from './flow-terms.ts';
import { pictureIn } from './picture-arguments.ts';

/** A term of a formula, and the width C of the features that networks inside the flow may take; 0 for none. */
interface Asked extends FlowTerm {
  readonly dim: number;
  readonly contextWidth: number;
  readonly form: FlowForm;
}

/** How flows with networks inside compute. */
export interface FlowForm extends NetworkForm, Pick<AutoregressiveOptions, 'order'> {}

/** A flow of one layer: `*n` makes a chain of n. `place` counts the layers of the whole formula from 0. */
const repeated =
  (make: (dim: number, place: number) => InvertibleFlow) =>
  ({ dim, count, before }: Asked): InvertibleFlow => {
    const flows = Array.from({ length: count }, (_, layer) => make(dim, before + layer));
    return flows.length === 1 ? flows[0]! : chain(flows);
  };

/** A layer's place in its formula, its arguments, and the options of its networks. */
interface PictureLayer extends Pick<FlowTerm, 'args'> {
  readonly place: number;
  readonly net: Pick<ImageCouplingOptions, 'width' | 'mostLogScale'>;
}

/** Like {@link repeated}, for the picture of the arguments. */
const ofPicture =
  (make: (shape: ImageShape, layer: PictureLayer) => InvertibleFlow) =>
  (asked: Asked): InvertibleFlow => {
    const { args, form } = asked;
    const scales = form.mostLogScale === undefined ? {} : { mostLogScale: form.mostLogScale };
    const net = { ...(args.hidden === undefined ? {} : { width: args.hidden }), ...scales };
    return repeated((_, place) => make(pictureIn(args), { args, place, net }))(asked);
  };

/** A term's sizes and form for flows with networks inside. */
const sizesOf = ({ count, args, contextWidth, form }: Asked): AutoregressiveOptions => ({
  layers: count,
  hidden: args.hidden!,
  depth: args.depth!,
  contextWidth,
  ...form,
});

/** For a row with an inverse the compiler checks that its flow has one; for a row without, a test does. */
export const flowMakers: {
  readonly [N in FlowName]: (asked: Asked) => N extends InvertibleName ? InvertibleFlow : Flow;
} = {
  planar: ({ dim, count }) => planar(dim, count),
  'planar-leaky': ({ dim, count }) => planarLeaky(dim, count),
  householder: ({ dim, count }) => householder(dim, count),
  radial: ({ dim, count }) => radial(dim, count),
  affine: repeated((dim) => affine(dim)),
  full: repeated((dim) => full(dim)),
  lu: repeated((dim, place) => lu(dim, { key: key(place) })),
  permutation: repeated((dim, place) => permutation(dim, { key: key(place) })),
  actnorm: repeated((dim) => actnorm(dim)),
  'sylvester-o': ({ dim, count, args }) => sylvesterOrthogonal(dim, args.columns!, count),
  'sylvester-h': ({ dim, count, args }) => sylvesterHouseholder(dim, args.mirrors!, count),
  'sylvester-t': ({ dim, count }) => sylvesterTriangular(dim, count),
  'nice-perm': (asked) => nice(asked.dim, { ...sizesOf(asked), mixing: 'permutation' }),
  'nice-orth': (asked) => nice(asked.dim, { ...sizesOf(asked), mixing: 'orthogonal' }),
  'nice-planar': ({ dim, count }) => nicePlanar(dim, count),
  realnvp: (asked) => realnvp(asked.dim, sizesOf(asked)),
  iaf: (asked) => iaf(asked.dim, sizesOf(asked)),
  maf: (asked) => maf(asked.dim, sizesOf(asked)),
  spline: (asked) => spline(asked.dim, { ...sizesOf(asked), bins: asked.args.bins! }),
  positive: repeated((dim) => positiveFlow(dim)),
  interval: (asked) => repeated((dim) => intervalFlow(dim, asked.args))(asked),
  ordered: repeated((dim) => orderedFlow(dim)),
  squeeze: ofPicture((shape) => squeeze(shape)),
  'image-actnorm': ofPicture((shape) => imageActnorm(shape)),
  'channel-mix': ofPicture((shape, { place }) => channelMix(shape, { key: key(place) })),
  'channel-coupling': ofPicture((shape, { place, net }) => channelCoupling(shape, { ...net, swap: place % 2 === 1 })),
  'checkerboard-coupling': ofPicture((shape, { place, net }) =>
    checkerboardCoupling(shape, { ...net, swap: place % 2 === 1 }),
  ),
  'image-nice': ofPicture((shape, { net, args }) => imageNice(shape, { ...net, couplings: args.couplings! })),
  'image-realnvp': ofPicture((shape, { net, args }) => imageRealnvp(shape, { ...net, levels: args.levels! })),
  glow: ofPicture((shape, { place, net, args: { levels, steps } }) =>
    glow(shape, { ...net, levels: levels!, steps: steps!, key: key(place) }),
  ),
};
