// TensorBoard's event file: equal to the file of TensorBoard's own writer, read by an independent reader, and cut back
// to whole records.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { crc32c } from '../../packages/runs/src/metrics/crc32c.ts';
import { EventFile } from '../../packages/runs/src/metrics/event-file.ts';
import type { SummaryValue } from '../../packages/runs/src/metrics/event-message.ts';
import { histogramOf } from '../../packages/runs/src/metrics/histogram.ts';
import { sessionEnd, sessionStart } from '../../packages/runs/src/metrics/session-values.ts';
import { crcByBits, readEvents, readSession } from './event-reader.ts';

const root = mkdtempSync(join(tmpdir(), 'flowvae-events-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const path = join(root, 'events');

const written: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../reference/tensorboard-events.json', import.meta.url), 'utf8'),
);
const PNG = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3);
const SECONDS = 1_700_000_000.25;
const hyperparameters = { lr: 1e-3, layers: 0, flow: 'planar*10', 'set.deep': false, paper: true };
const histogram = { min: -1.5, max: 2, count: 4, sum: 1.25, sumOfSquares: 7.5, limits: [0.25, 2], counts: [1, 3] };
const events: readonly (readonly [string, number, readonly SummaryValue[]])[] = [
  [
    'scalars',
    300,
    [
      { tag: 'train/loss', scalar: -101.5 },
      { tag: 'train/elbo', scalar: 1e-3 },
    ],
  ],
  ['largeStep', 2 ** 40 + 5, [{ tag: 'x', scalar: 2 }]],
  ['image', 7, [{ tag: 'samples', png: PNG, height: 300, width: 200 }]],
  ['histogram', 8, [{ tag: 'encoder/kernel', histogram }]],
  ['sessionOfText', 0, [sessionStart({ flow: 'planar*10' }, SECONDS)]],
  ['sessionOfNumber', 0, [sessionStart({ lr: 1e-3 }, SECONDS)]],
  ['sessionOfZero', 0, [sessionStart({ lr: 0 }, SECONDS)]],
  ['sessionOfTruth', 0, [sessionStart({ deep: true }, SECONDS)]],
  ['sessionOfFalsehood', 0, [sessionStart({ deep: false }, SECONDS)]],
  ['sessionSuccess', 300, [sessionEnd('success', SECONDS)]],
  ['sessionFailure', 300, [sessionEnd('failure', SECONDS)]],
];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_250 });
});
afterEach(() => {
  vi.useRealTimers();
});

const bytesOf = (name: string) => Buffer.from(written[name]!, 'base64');

function writeAll(): Buffer {
  const file = EventFile.create(path);
  for (const [, step, values] of events) file.append(step, values);
  expect(file.bytes).toBe(readFileSync(path).length);
  return readFileSync(path);
}

it('an event file has the bytes of TensorBoard’s own writer', () => {
  const file = EventFile.create(path);
  expect(readFileSync(path).equals(bytesOf('version'))).toBe(true);
  for (const [name, step, values] of events) {
    const before = file.bytes;
    file.append(step, values);
    expect([name, readFileSync(path).subarray(before).toString('base64')]).toEqual([name, written[name]]);
  }
});

it('an event file is read back by an independent reader', () => {
  const [version, scalars, large, image, histo] = readEvents(writeAll());
  expect(version).toEqual({ seconds: 1_700_000_000.25, step: 0, version: 'brain.Event:2', values: [] });
  expect(scalars!.values.map(({ tag, scalar }) => [tag, scalar])).toEqual([
    ['train/loss', -101.5],
    ['train/elbo', Math.fround(1e-3)],
  ]);
  expect(large!.step).toBe(2 ** 40 + 5);
  expect(image!.values[0]!.fields.map(({ value }) => value)).toEqual([300, 200, 4, PNG]);
  const [limits, counts] = histo!.values[0]!.fields.slice(-2).map(({ value }) => [
    ...new Float64Array((value as Uint8Array).slice().buffer),
  ]);
  expect([limits, counts]).toEqual([histogram.limits, histogram.counts]);
});

it('the session of a run is read back by an independent reader', () => {
  const file = EventFile.create(path);
  file.append(0, [sessionStart(hyperparameters, SECONDS)]);
  file.append(9, [{ tag: 'test/elbo', scalar: -90 }, sessionEnd('success', SECONDS)]);
  expect(readSession(readEvents(readFileSync(path)))).toEqual({ starts: [hyperparameters], ends: [1] });
});

it.each([
  ['123456789', 0xe3069283],
  ['\0'.repeat(32), 0x8a9136aa], // RFC 3720, appendix B.4
  ['\xff'.repeat(32), 0x62a8ab43],
])('CRC-32C of %j', (text, expected) => {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect([crc32c(bytes), crcByBits(bytes)]).toEqual([expected, expected]);
});

describe('EventFile.cutBack', () => {
  it('cuts off later events, and continues there', () => {
    const whole = writeAll();
    const kept = bytesOf('version').length + bytesOf('scalars').length;
    const file = EventFile.cutBack(path, kept);
    for (const [, step, values] of events.slice(1)) file.append(step, values);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it('keeps the whole records of a shorter or damaged file, and begins anew without one', () => {
    const whole = writeAll();
    const first = bytesOf('version').length;
    const second = first + bytesOf('scalars').length;
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(path, whole.subarray(0, at));
      expect([first, second, ...boundaries(whole)]).toContain(EventFile.cutBack(path, whole.length).bytes);
    }
    const damaged = Buffer.from(whole);
    damaged[second + 20]! ^= 4;
    writeFileSync(path, damaged);
    expect(EventFile.cutBack(path, whole.length).bytes).toBe(second);
    rmSync(path);
    expect(EventFile.cutBack(path, whole.length).bytes).toBe(first);
  });
});

const boundaries = (whole: Buffer) =>
  events.map((_, i) => whole.length - events.slice(i + 1).reduce((sum, [name]) => sum + bytesOf(name).length, 0));

describe('histogramOf', () => {
  it('counts every value once, the greatest in the last bucket', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) ** 3);
    const { min, max, count, sum, sumOfSquares, limits, counts } = histogramOf(values);
    expect([min, max, count]).toEqual([Math.min(...values), Math.max(...values), 1000]);
    expect(sum).toBeCloseTo(
      values.reduce((a, b) => a + b, 0),
      10,
    );
    expect(sumOfSquares).toBeCloseTo(
      values.reduce((a, b) => a + b * b, 0),
      10,
    );
    const expected = limits.map(
      (limit, i) => values.filter((v) => v >= (limits[i - 1] ?? min) && (v < limit || i === 29)).length,
    );
    expect(counts.reduce((a, b) => a + b)).toBe(1000);
    // at an edge rounding decides
    expect(counts.map((n, i) => Math.abs(n - expected[i]!)).filter((off) => off > 1)).toEqual([]);
  });

  it('has one bucket for equal values', () => {
    expect(histogramOf(new Float32Array(5))).toEqual({
      min: 0,
      max: 0,
      count: 5,
      sum: 0,
      sumOfSquares: 0,
      limits: [0],
      counts: [5],
    });
  });
});
