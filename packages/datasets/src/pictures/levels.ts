// The channels of a picture, and how they become grey or red, green and blue.

/** A decoded picture: levels 0 … 255, [height, width, channels]. */
export interface Levels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** 1 grey; 3 red, green, blue; 4 with alpha. */
  readonly channels: number;
}

/** Words of 16 bits, as this machine orders their bytes, by their upper bytes, as Pillow reduces them. */
export function ofWords({ data, ...rest }: Levels): Levels {
  const words = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const bytes = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) bytes[i] = words[i]! >> 8;
  return { ...rest, data: bytes };
}

/** Ink to light without colour management: (255 − ink)·(255 − black)/255. */
export function ofCmyk({ data, height, width }: Levels): Levels {
  const rgb = new Uint8Array(3 * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const white = 255 - data[4 * pixel + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * pixel + channel] = white - dividedBy255(data[4 * pixel + channel]! * white);
    }
  }
  return { data: rgb, height, width, channels: 3 };
}

/** Over white: colour·alpha + 255·(1 − alpha), alpha in 0 … 1. */
export function onWhite({ data, height, width }: Levels): Levels {
  const rgb = new Uint8Array(3 * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const alpha = data[4 * pixel + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * pixel + channel] = dividedBy255(data[4 * pixel + channel]! * alpha + 255 * (255 - alpha));
    }
  }
  return { data: rgb, height, width, channels: 3 };
}

/** To the nearest whole number. */
const dividedBy255 = (product: number) => Math.round(product / 255);

/** Whether a picture with alpha is opaque everywhere. */
export function isOpaque({ data, channels }: Levels): boolean {
  if (channels < 4) return true;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** As many channels as asked for: grey is repeated, colour is weighed, alpha falls away. */
export function withChannels(levels: Levels, { channels, isGrey }: { channels: 1 | 3; isGrey: boolean }): Levels {
  if (levels.channels === channels) return levels;
  const { data, height, width, channels: own } = levels;
  const result = new Uint8Array(channels * height * width);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const at = pixel * own;
    if (channels === 1) {
      result[pixel] = isGrey ? data[at]! : luma(data[at]!, data[at + 1]!, data[at + 2]!);
      continue;
    }
    for (let channel = 0; channel < 3; channel++) {
      result[3 * pixel + channel] = data[own === 1 ? at : at + channel]!;
    }
  }
  return { data: result, height, width, channels };
}

/** 0.299·red + 0.587·green + 0.114·blue (ITU-R BT.601), in the whole numbers of Pillow. */
const luma = (red: number, green: number, blue: number) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
