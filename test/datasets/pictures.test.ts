// Pictures as Pillow and OpenCV write them give the levels that Pillow reads; folders are classes; damage is refused.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { type PictureOptions, type Pictures, readPictures } from '@flowvae/datasets';
import { ExpectationError } from '@flowvae/tensor/plain';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'flowvae-pictures-'));
afterAll(() => rmSync(root, { recursive: true }));

const reference = fileURLToPath(new URL('../reference/pictures/', import.meta.url));

interface Packed {
  readonly shape: readonly number[];
  readonly data: string;
}

interface Expected {
  /** As read; without alpha where there is some. */
  readonly levels: Packed;
  readonly onWhite?: Packed;
  readonly grey?: Packed;
}

const parsed = (name: string) => JSON.parse(readFileSync(join(reference, name), 'utf8'));
const files: Readonly<Record<string, Expected>> = parsed('files.json');
const resizedByPillow: readonly (Packed & { readonly by: string })[] = parsed('resized.json');

let folders = 0;

/** A folder with files: contents, or names of files of the reference. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') copyFileSync(join(reference, content), path);
    else writeFileSync(path, content);
  }
  return folder;
}

const read = (files: Readonly<Record<string, string | Uint8Array>>, options?: PictureOptions) =>
  readPictures(folderOf(files), options);

/** Its error, without the folder. */
async function refusal(folder: string, options?: PictureOptions): Promise<string> {
  const error = await readPictures(folder, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ExpectationError);
  return (error as Error).message.replaceAll(folder, 'pictures');
}

const levelsOf = ({ images }: Pictures) => images.readBytes!(0, images.shape[0]!);

/** The largest difference of a folder's only picture from Pillow's. */
function difference(pictures: Pictures, { shape, data }: Packed): number {
  expect(pictures.images.shape).toEqual([1, ...shape]);
  const wanted = inflateSync(Buffer.from(data, 'base64'));
  return levelsOf(pictures).reduce((most, level, i) => Math.max(most, Math.abs(level - wanted[i]!)), 0);
}

describe('readPictures on files of Pillow and OpenCV', () => {
  it.each(Object.entries(files))('gives the levels of %s', async (name, { levels, onWhite, grey }) => {
    const most = name.endsWith('.jpg') ? 2 : 0;
    expect(difference(await read({ [name]: name }, { alpha: 'ignored' }), levels)).toBeLessThanOrEqual(most);
    if (onWhite) expect(difference(await read({ [name]: name }), onWhite)).toBe(0);
    if (!grey) return;
    const asGrey = await read({ [name]: name }, { alpha: 'ignored', grey: true });
    expect(difference(asGrey, grey)).toBeLessThanOrEqual(most);
  });

  // Pillow rounds after each axis.
  it.each(resizedByPillow)('resizes by $by to $shape', async (wanted) => {
    const [height, width] = wanted.shape as [number, number];
    const pictures = await read({ 'rgb.png': 'rgb.png' }, { size: [height, width] });
    expect(difference(pictures, wanted)).toBeLessThanOrEqual(wanted.by === 'mean over areas' ? 0 : 1);
  });
});

describe('readPictures on folders', () => {
  it('takes sub-folders as classes, sorted, with pictures at any depth', async () => {
    const pictures = await read({
      'dog/b.JPG': 'rgb.jpg',
      'dog/a.png': 'rgb.png',
      'cat/deeper/c.webp': 'lossless.webp',
      'cat/.hidden.png': 'rgb.png',
      'cat/notes.txt': new Uint8Array(1),
      'dog/LICENSE': new Uint8Array(1),
      'empty/readme.md': new Uint8Array(1),
      '.git/x.png': 'rgb.png',
    });
    expect(pictures.files).toEqual(['cat/deeper/c.webp', 'dog/a.png', 'dog/b.JPG']);
    expect(pictures.labels).toEqual({ classes: ['cat', 'dog'], values: Int32Array.of(0, 1, 1) });
    expect(pictures.images.shape).toEqual([3, 16, 20, 3]);
    expect(pictures.notes).toEqual([
      'Sub-folders are the classes, with numbers of pictures: cat (1), dog (2).',
      'Hidden files and folders are left out: 2.',
      'Other files are left out: 1 .txt, 1 without extension, 1 .md.',
      'Folders without pictures are left out: empty.',
    ]);
    const [first, second] = [levelsOf(pictures).subarray(0, 960), levelsOf(pictures).subarray(960, 1920)];
    expect([...first]).toEqual([...second]); // both without loss, of one picture
  });

  it('keeps the order of files where more are decoded than at a time', async () => {
    const shades = ['rgb.png', 'palette.png', 'rgb.jpg', 'lossy.webp', 'palette-of-5.png', 'progressive.jpg'];
    const many = Object.fromEntries(
      Array.from({ length: 24 }, (_, i) => [`${String(i).padStart(2, '0')}.png`, shades[i % shades.length]!]),
    );
    const pictures = await read(many);
    for (let i = 0; i < 24; i++) {
      const single = await read({ 'a.png': shades[i % shades.length]! });
      expect(levelsOf(pictures).subarray(i * 960, (i + 1) * 960)).toEqual(levelsOf(single));
    }
  });

  it('makes a flat folder of grey pictures one channel, and of grey and colour three', async () => {
    const grey = await read({ 'a.png': 'grey.png', 'b.png': 'bits.png' });
    expect(grey.images.shape).toEqual([2, 16, 20, 1]);
    expect(grey.labels).toBeUndefined();
    const mixed = await read({ 'a.png': 'grey.png', 'b.png': 'rgb.png' });
    expect(mixed.images.shape).toEqual([2, 16, 20, 3]);
    expect(mixed.notes).toEqual(['1 of 2 pictures are grey; they get three equal channels.']);
    const levels = levelsOf(mixed);
    for (let i = 0; i < 960; i++) expect(levels[i]).toBe(levelsOf(grey)[Math.floor(i / 3)]);
  });

  it('follows links, but not to a folder above', async () => {
    const folder = folderOf({ 'a/x.png': 'rgb.png' });
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    symlinkSync(folder, join(folder, 'a', 'up'));
    expect((await readPictures(folder)).files).toEqual(['a/x.png', 'b/x.png']);
  });

  it.each([
    ['16 bits', { 'a.png': 'grey-16.png' }, {}, 'All pictures have 16 bits a channel; the upper 8 are kept.'],
    ['alpha', { 'a.png': 'rgba.png' }, {}, 'All pictures are transparent in parts; they are laid on white.'],
    [
      'ignored alpha',
      { 'a.webp': 'alpha.webp' },
      { alpha: 'ignored' },
      'All pictures are transparent in parts; their alpha is ignored.',
    ],
    ['CMYK', { 'a.jpg': 'cmyk.jpg' }, {}, 'All pictures are CMYK; they become RGB without colour management.'],
    [
      'orientation',
      { 'a.jpg': 'turned-6.jpg' },
      {},
      'All pictures are turned or mirrored as their EXIF orientation says.',
    ],
    ['profiles', { 'a.png': 'profile.png' }, {}, 'All pictures have a colour profile; levels are read as they are.'],
    ['frames', { 'a.webp': 'frames.webp' }, {}, 'All pictures are animated; the first frame is kept.'],
    ['grey', { 'a.png': 'rgb.png' }, { grey: true }, 'All pictures have colours; they become grey.'],
    [
      'proportions',
      { 'a.jpg': 'turned-6.jpg', 'b.png': 'rgb.png' },
      { size: [8, 10] },
      'All pictures are resized to 8 x 10, which changes the proportions of 1.',
    ],
  ] satisfies [string, Record<string, string>, PictureOptions, string][])(
    'notes %s',
    async (_n, files, options, note) => {
      expect((await read(files, options)).notes).toContain(note);
    },
  );
});

describe('readPictures refuses', () => {
  const png = readFileSync(join(reference, 'rgb.png'));
  const jpeg = readFileSync(join(reference, 'rgb.jpg'));

  it.each([
    [
      'sizes that differ',
      { 'a.jpg': 'turned-6.jpg', 'b.png': 'rgb.png' },
      {},
      'pictures: expected pictures of one height and width, got a.jpg of 20 x 16 and b.png of 16 x 20; name a `size`, and all are resized to it',
    ],
    [
      'a size that is none',
      { 'a.png': 'rgb.png' },
      { size: [0, 3] },
      'readPictures: size: expected a height and a width, whole numbers from 1, got [0,3]',
    ],
    [
      'pictures beside classes',
      { 'a.png': 'rgb.png', 'b/c.png': 'rgb.png' },
      {},
      'pictures: expected every picture in a sub-folder, its class, or none, got a.png and b/c.png',
    ],
    [
      'a folder without pictures',
      { 'a.txt': png },
      {},
      'pictures: expected pictures: files that end in .png, .jpg, .jpeg, .webp, got none, but 1 .txt; arrays and tables are named by their files',
    ],
    [
      'another format under the name',
      { 'a.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>') },
      {},
      'pictures/a.png: expected a PNG, JPEG or WebP picture, got something else',
    ],
    [
      'an empty file',
      { 'a.png': new Uint8Array(0) },
      {},
      'pictures/a.png: expected a PNG, JPEG or WebP picture, got an empty file',
    ],
    [
      'more pixels than allowed',
      { 'a.png': 'rgb.png' },
      { mostPixels: 319 },
      'pictures/a.png: expected a picture of 1 to 319 pixels, got 16 x 20; raise `mostPixels` if the picture is as large as that',
    ],
    [
      'more bytes than allowed',
      { 'a.png': 'rgb.png', 'b.png': 'rgb.png' },
      { mostBytes: 1919 },
      'pictures: expected at most 1919 bytes, got 1920 for 2 x 16 x 20 x 3; name a smaller `size`, take `grey`, or raise `mostBytes`',
    ],
  ] satisfies [string, Record<string, string | Uint8Array>, PictureOptions, string][])(
    '%s',
    async (_name, files, options, message) => {
      expect(await refusal(folderOf(files), options)).toBe(message);
    },
  );

  it.each([
    ['a JPEG that is cut off', 'a.jpg', jpeg.subarray(0, jpeg.length - 200)],
    ['a PNG that is cut off', 'a.png', png.subarray(0, png.length - 200)],
    ['a PNG with a wrong checksum', 'a.png', png.with(600, png[600]! ^ 1)],
  ])('%s', async (_name, name, bytes) => {
    expect(await refusal(folderOf({ [name]: bytes }))).toContain(
      `pictures/${name}: expected an undamaged picture, got`,
    );
  });

  it('a claim of gigapixels by the header alone, before memory is taken', async () => {
    const claim = Buffer.from(jpeg);
    const frame = claim.indexOf(Buffer.from([0xff, 0xc0]));
    claim.writeUInt16BE(60_000, frame + 5);
    claim.writeUInt16BE(60_000, frame + 7);
    const before = process.resourceUsage().maxRSS;
    expect(await refusal(folderOf({ 'a.jpg': claim }))).toContain(
      'a picture of 1 to 16777216 pixels, got 60000 x 60000',
    );
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(50 * 1024);
  });

  it('to read without sharp, which is loaded for pictures only', () => {
    const hook = `export async function resolve(name, context, next) {
      if (name === 'sharp') throw new Error('is not here\\nfor this test');
      return next(name, context);
    }`;
    const dataUrl = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const hooked = dataUrl(`import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))})`);
    const reader = new URL('../../packages/datasets/src/index.ts', import.meta.url).href;
    const code = `const { readPictures } = await import(${JSON.stringify(reader)});
      await readPictures(process.argv[1]).catch((error) => console.log(error.name, error.message));`;
    const imports = ['--import', import.meta.resolve('tsx'), '--import', hooked];
    const args = [...imports, '--input-type=module', '-e', code, folderOf({ 'a.png': 'rgb.png' })];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual([
      'ExpectationError readPictures: expected the package sharp, which decodes pictures, got is not here; install this optional dependency\n',
      '',
    ]);
  });

  it('a folder that is not there', async () => {
    expect(await refusal(join(root, 'nothing'))).toContain('expected a folder that can be read, got ENOENT');
  });
});
