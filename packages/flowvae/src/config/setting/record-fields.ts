// The fields of a run's config.json that are no settings. Loads no tensor library.

/** Checksums, and records of data, draws, guides, the lab's page, modules and versions. */
const recordFields: readonly string[] = [
  ...['dataSha256', 'dataSet', 'draws', 'experiment', 'guideForm', 'lab', 'plugins', 'target', 'versions', 'sha256'],
];

type Fields = Readonly<Record<string, unknown>>;

/** Whether a field of a config is a record. */
export const isRecordField = (name: string): boolean => recordFields.includes(name);

/** The settings in a config. */
export const withoutRecords = (config: Fields): Fields =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !isRecordField(name)));
