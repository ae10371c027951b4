// A reader of TensorBoard's event files, written from the format and independent of the writer: CRC bit by bit, fields
// by number.

/** A field of a protocol buffer: numbers, or the bytes of a length-delimited field. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

export interface ReadEvent {
  readonly seconds: number;
  readonly step: number;
  readonly version?: string;
  readonly values: readonly {
    readonly tag: string;
    readonly kind: string;
    readonly fields: readonly Field[];
    readonly scalar?: number;
  }[];
}

/** CRC-32C by its definition, remainder of a polynomial division. */
export function crcByBits(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((crc ^ (byte >> bit)) & 1) === 1;
      crc = (crc >>> 1) ^ (isOdd ? 0x82f63b78 : 0);
    }
  }
  return ~crc >>> 0;
}

const masked = (crc: number) => ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) % 2 ** 32;

/** The events of a file. @throws where a record is damaged */
export function readEvents(bytes: Uint8Array): ReadEvent[] {
  const file = new Uint8Array(bytes); // of a Buffer, whose slices would not be copies
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    if (masked(crcByBits(file.subarray(at, at + 8))) !== view.getUint32(at + 8, true))
      throw new Error(`length at ${at}`);
    if (masked(crcByBits(data)) !== view.getUint32(at + 12 + length, true)) throw new Error(`data at ${at}`);
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

function readEvent(data: Uint8Array): ReadEvent {
  const fields = readFields(data);
  const version = fields.find(({ number }) => number === 3)?.value as Uint8Array | undefined;
  const summary = fields.find(({ number }) => number === 5)?.value as Uint8Array | undefined;
  const values = summary ? readFields(summary).map(({ value }) => readValue(value as Uint8Array)) : [];
  const numberOf = (wanted: number) => (fields.find(({ number }) => number === wanted)?.value as number) ?? 0;
  return {
    seconds: numberOf(1),
    step: numberOf(2),
    values,
    ...(version ? { version: new TextDecoder().decode(version) } : {}),
  };
}

const kinds: Readonly<Record<number, string>> = { 2: 'scalar', 4: 'image', 5: 'histogram', 9: 'plugin' };

function readValue(data: Uint8Array): ReadEvent['values'][number] {
  const [tag, ...rest] = readFields(data) as [Field, Field];
  const content = rest.at(-1)!;
  const isScalar = content.number === 2;
  return {
    tag: new TextDecoder().decode(tag.value as Uint8Array),
    kind: kinds[content.number]!,
    fields: isScalar ? [] : readFields(content.value as Uint8Array),
    ...(isScalar ? { scalar: content.value as number } : {}),
  };
}

/** The session that a run's event file tells TensorBoard's HPARAMS tab. */
export interface ReadSession {
  readonly starts: readonly Readonly<Record<string, string | number | boolean>>[];
  /** Numbers of their states: 1 success, 2 failure. */
  readonly ends: readonly number[];
}

/** The beginnings and ends of sessions in events; a whole run has one of each. */
export function readSession(events: readonly ReadEvent[]): ReadSession {
  const values = events.flatMap((event) => event.values).filter(({ kind }) => kind === 'plugin');
  const contentOf = ({ fields }: ReadEvent['values'][number]) => within(within(fields, 1), 2);
  const starts = values.flatMap((value) => of(3, contentOf(value)));
  const ends = values.flatMap((value) => of(4, contentOf(value)));
  return {
    starts: starts.map((start) => Object.fromEntries(of(1, start).map(readEntry))),
    ends: ends.map((end) => end.find(({ number }) => number === 1)!.value as number),
  };
}

/** The fields of the inner message under a number. */
const within = (fields: readonly Field[], wanted: number): readonly Field[] => of(wanted, fields)[0]!;

/** All inner messages under a number. */
const of = (wanted: number, fields: readonly Field[]): (readonly Field[])[] =>
  fields.filter(({ number }) => number === wanted).map(({ value }) => readFields(value as Uint8Array));

/** An entry of a map from names to values, which are a number (2), a text (3) or a truth value (4). */
function readEntry(entry: readonly Field[]): [string, string | number | boolean] {
  const [name, value] = entry.map((field) => field.value as Uint8Array) as [Uint8Array, Uint8Array];
  const [{ number, value: content }] = readFields(value) as [Field];
  const read = number === 3 ? new TextDecoder().decode(content as Uint8Array) : (content as number);
  return [new TextDecoder().decode(name), number === 4 ? read === 1 : read];
}

function readFields(data: Uint8Array): Field[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = data[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const skip = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const readers: Readonly<Record<number, () => Field['value']>> = {
    0: varint,
    1: () => view.getFloat64(skip(8), true),
    2: () => {
      const length = varint();
      const from = skip(length);
      return data.subarray(from, at);
    },
    5: () => view.getFloat32(skip(4), true),
  };
  const fields: Field[] = [];
  while (at < data.length) {
    const key = varint();
    fields.push({ number: key >> 3, value: readers[key & 7]!() });
  }
  return fields;
}
