// The density of settings and data.
import type { DataDescription } from '@flowvae/datasets';
import {
  type DensityModel,
  type Dequantisation,
  densityModel,
  levelsSupport,
  numbersSupport,
  type PictureFlowName,
  pictureFlow,
  pictureFlowNames,
  type Support,
  standardisedFlow,
  uniformDequantisation,
  variationalDequantisation,
} from '@flowvae/density';
import { type ImageShape, type InvertibleFlow, makeFlow } from '@flowvae/flows';
import { flowTable, readInvertibleFormula } from '@flowvae/flows/plain';
import { fold, type Key } from '@flowvae/random';
import { didYouMean, ExpectationError } from '@flowvae/tensor/plain';
import { formAfter, formWords } from '../config/likelihood-data.ts';
import { flagNamed } from '../config/setting/setting.ts';
import type { TrainConfig } from '../config/settings.ts';
import {
  chosenFlow,
  type DensityConfig,
  type DensitySettingName,
  densitySettings,
  idleBesideFlow,
  idleBesideForm,
} from './density-settings.ts';

/** The facts that a density is made of. */
interface DensityContext {
  readonly settings: DensityConfig;
  /** Settings that the user gave. */
  readonly given: readonly string[];
  readonly config: TrainConfig;
  readonly data: DataDescription;
  /** Values of a datum, and of a row, which may have others behind them. */
  readonly pixels: number;
  readonly rowWidth: number;
  readonly key: Key;
  trainingRows(count: number): Float32Array | undefined;
}

/** Training rows whose moments a flow starts at: twice the usual batch. */
const START_ROWS = 200;

/**
 * The density that settings describe.
 *
 * @throws ExpectationError for data without a density of this kind, a flow that does not fit them, or a setting that
 * the flow does not take
 */
export function densityOf(context: DensityContext): DensityModel {
  const { key, data, pixels, rowWidth } = context;
  if (data.hasMissing) throw refusal('density: data', 'data without missing values', 'missing ones');
  if (rowWidth !== pixels) throw refusal(flagNamed('condition'), 'none', 'covariates, which no density takes');
  return densityModel({
    flow: flowOf(context),
    support: supportOf(context),
    key: fold(key, 'flow'),
    rows: context.trainingRows(START_ROWS),
  });
}

/** Height, width and channels; undefined for rows. */
const pictureIn = ({ shape }: DataDescription): ImageShape | undefined =>
  shape.length === 3 ? (shape as readonly number[] as ImageShape) : undefined;

const isPictureFlow = (name: string): name is PictureFlowName => (pictureFlowNames as readonly string[]).includes(name);

function flowOf(context: DensityContext): InvertibleFlow {
  const { settings, data, pixels, key } = context;
  const name = chosenFlow(settings.model, data);
  const shape = pictureIn(data);
  if (shape && isPictureFlow(name)) {
    refuseIdle(context, idleBesideFlow(name), `${flagNamed('model')} ${name}`);
    if (name !== 'nice') refuseOddSides(shape, settings.levels);
    const { levels, depth, width, map, activation } = settings;
    return pictureFlow(name, shape, { levels, depth, width, map, activation, key: fold(key, 'permutations') });
  }
  if (!shape && isPictureFlow(name)) throw refusedForRows(name, pixels);
  const terms = formulaOf(name, shape !== undefined);
  refuseIdle(context, idleBesideFlow(name), `the formula ${name}`);
  return standardisedFlow(terms(pixels));
}

/** The flow of a formula. @throws ExpectationError that names the flows of pictures, too */
function formulaOf(name: string, arePictures: boolean): (dim: number) => InvertibleFlow {
  const known = /^[a-z-]+/.exec(name)?.[0] ?? '';
  if (Object.hasOwn(flowTable, known) || /\W/.test(name)) return (dim) => flowOntoAll(name, dim);
  const expected = arePictures
    ? `${pictureFlowNames.join(', ')}, or a flow formula such as maf*5`
    : 'a flow formula such as maf*5, for the data are rows';
  const remedy = didYouMean(name, [...(arePictures ? pictureFlowNames : []), ...Object.keys(flowTable)]);
  throw new ExpectationError({ where: flagNamed('model'), expected, received: name, remedy });
}

/** @throws ExpectationError for sides that cannot be halved so often, with all ways out */
function refuseOddSides([height, width]: ImageShape, levels: number): void {
  const isWhole = (parts: number) => height % parts === 0 && width % parts === 0;
  if (isWhole(2 ** levels)) return;
  const most = Array.from({ length: levels }, (_, halvings) => halvings).findLast((each) => isWhole(2 ** each))!;
  const [tall, wide] = [height, width].map((side) => 2 ** levels * Math.ceil(side / 2 ** levels));
  const fewer = most === 0 ? [] : [`${flagNamed('levels')} ${most}`];
  const larger = `${flagNamed('size')} ${tall === wide ? tall : `${tall}x${wide}`} for a folder of pictures`;
  throw new ExpectationError({
    where: flagNamed('levels'),
    expected: `height and width that can be halved ${levels === 1 ? 'once' : `${levels} times`}`,
    received: `pictures of ${height} x ${width}`,
    remedy: `pass ${[...fewer, larger].join(', ')}, or ${flagNamed('model')} nice`,
  });
}

/** A flow of pictures for rows, which may be pictures whose shape is not known. */
function refusedForRows(name: PictureFlowName, pixels: number): ExpectationError {
  const expected = 'a flow formula such as maf*5, for the data are rows';
  const remedy = `pass ${flagNamed('shape')} ${shapeOf(pixels)} if they are pictures`;
  return new ExpectationError({ where: flagNamed('model'), expected, received: name, remedy });
}

/** The shape of square pictures of one channel, or three; an example for other numbers of values. */
function shapeOf(pixels: number): string {
  const [side, ofThree] = [Math.sqrt(pixels), Math.sqrt(pixels / 3)];
  if (Number.isInteger(side)) return `${side}x${side}`;
  return Number.isInteger(ofThree) ? `${ofThree}x${ofThree}x3` : '<height>x<width>';
}

/** @throws ExpectationError for a flow onto a part of the space: the mean and deviation of data stand behind it */
function flowOntoAll(formula: string, dim: number): InvertibleFlow {
  const terms = readInvertibleFormula(formula, dim);
  const narrow = terms.find(({ image }) => image === 'part');
  if (narrow) throw refusal(flagNamed('model'), 'flows onto all of the space', narrow.text);
  return makeFlow(terms, dim);
}

function supportOf(context: DensityContext): Support {
  const { data, config, pixels, settings } = context;
  const { alpha } = settings;
  const form = formAfter(data.form, config.binarize);
  const levels = levelsOf[form];
  if (levels !== undefined) {
    return levelsSupport(pixels, { levels, alpha, dequantisation: dequantisationOf(context, levels) });
  }
  if (form === 'counts' || form === 'columns') {
    throw refusal('density: data', 'levels, bits or numbers', formWords[form]);
  }
  refuseIdle(context, idleBesideForm(form), formWords[form]);
  return numbersSupport(pixels, { inUnitInterval: form === 'grey', alpha });
}

/** Levels of the forms whose values are whole. */
const levelsOf: Readonly<Partial<Record<DataDescription['form'], number>>> = { bits: 2, levels: 256 };

function dequantisationOf({ data, settings, pixels, key }: DensityContext, levels: number): Dequantisation {
  if (settings.dequantisation === 'uniform') return uniformDequantisation(pixels);
  const shape = pictureIn(data);
  if (shape) return variationalDequantisation(shape, { levels, key: fold(key, 'dequantisation') });
  throw refusal(flagNamed('dequantisation'), 'uniform, for the data are no pictures', 'variational');
}

/** A setting that nothing reads has no effect: giving it is a mistake, though it be the default. */
function refuseIdle({ settings, given }: DensityContext, names: readonly DensitySettingName[], beside: string): void {
  const idle = names.find((name) => given.includes(name) || settings[name] !== densitySettings[name].fallback);
  if (idle === undefined) return;
  throw refusal(flagNamed(idle), `no value of its own beside ${beside}`, String(settings[idle]));
}

const refusal = (where: string, expected: string, received: string) =>
  new ExpectationError({ where, expected, received });
