// The digits on which the page trains.
import { gzipSync } from 'node:zlib';
import { mnist } from '@flowvae/datasets';
import { dataFiles, type LabData, type PageFile } from '@flowvae/lab';

/** Training images of MNIST, from the first on: 1.6 MB compressed. */
const COUNT = 10_000;

/** The files of the data by their paths beside the page. */
export function labData(): ReadonlyMap<string, PageFile> {
  const { images, labels, height, width } = mnist().train;
  const description: LabData = {
    name: `the first ${COUNT.toLocaleString('en')} training images of MNIST`,
    count: COUNT,
    height,
    width,
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
  return new Map([
    [dataFiles.description, new TextEncoder().encode(JSON.stringify(description))],
    [dataFiles.images, gzipSync(images.subarray(0, COUNT * height * width))],
    [dataFiles.labels, gzipSync(labels!.subarray(0, COUNT))],
  ]);
}
