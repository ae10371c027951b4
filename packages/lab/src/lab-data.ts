// The data on which the page trains: pictures as bytes, in compressed files beside the page.

/** Paths of the files. */
export const dataFiles = {
  description: 'data/data.json',
  images: 'data/images.gz',
  labels: 'data/labels.gz',
} as const;

/** The description of the data. */
export interface LabData {
  readonly name: string;
  /** Pictures, each of height times width bytes. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly classes: readonly string[];
}
