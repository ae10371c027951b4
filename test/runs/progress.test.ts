// Progress on a terminal and off it.
import { formatDuration, ProgressLine, trainingProgress } from '@flowvae/runs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const stream = (terminal: { readonly isTTY?: boolean; readonly columns?: number } = {}) => {
  const written: string[] = [];
  return { ...terminal, written, write: (text: string) => written.push(text) };
};

describe('ProgressLine', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('rewrites one line of a terminal, cut to its width, and ends it once', () => {
    const out = stream({ isTTY: true, columns: 10 });
    const line = new ProgressLine(out);
    line.show('short');
    line.show('far too long for it');
    line.end();
    line.end();
    expect(out.written).toEqual(['\r\x1b[2Kshort', '\r\x1b[2Kfar too …', '\n']);
    expect('far too …'.length).toBeLessThan(10);
  });

  it('leaves out whole pieces that do not fit, from the first on that does not', () => {
    const shown = (columns: number) => {
      const out = stream({ isTTY: true, columns });
      new ProgressLine(out).show(['step 50', '  2 s left', ' = 1.25', '!']);
      return out.written[0]!.slice('\r\x1b[2K'.length);
    };
    expect([26, 25, 18, 17, 8, 7].map(shown)).toEqual([
      'step 50  2 s left = 1.25!',
      'step 50  2 s left = 1.25',
      'step 50  2 s left',
      'step 50',
      'step 50',
      'step …',
    ]);
    expect(shown(0)).toBe('step 50  2 s left = 1.25!'); // a terminal that does not say how wide it is
  });

  it('ends the line after the last state', () => {
    const out = stream({ isTTY: true });
    new ProgressLine(out).show('done', true);
    expect(out.written).toEqual(['\r\x1b[2Kdone', '\n']);
  });

  it('is ended by a notice, which goes where it is not missed', () => {
    const out = stream({ isTTY: true });
    const line = new ProgressLine(out);
    line.show('step 1');
    line.notice('no checkpoint');
    line.notice('no other');
    expect(out.written).toEqual(['\r\x1b[2Kstep 1', '\n', 'no checkpoint\n', 'no other\n']);
    const told: string[] = [];
    new ProgressLine({ ...out, notice: (text) => told.push(text) }).notice('no checkpoint');
    expect([told, out.written.length]).toEqual([['no checkpoint\n'], 4]);
  });

  it('prints whole lines off a terminal, one in ten seconds and always the last', () => {
    const out = stream();
    const line = new ProgressLine(out);
    line.show('first');
    line.show('too soon');
    vi.advanceTimersByTime(9_999);
    line.show('still too soon');
    vi.advanceTimersByTime(1);
    line.show('second');
    line.show('last', true);
    expect(out.written).toEqual(['first\n', 'second\n', 'last\n']);
  });
});

describe('trainingProgress', () => {
  const entry = { step: 50, loss: 101.2, terms: { elbo: -101.234, logPrior: -3.21 }, gradientNorm: 5, msPerStep: 20 };

  it('says how it starts, and shows step, time left, bound and terms', async () => {
    const out = stream();
    const callback = trainingProgress(out);
    await callback.onStart!({ steps: 6050, engine: 'compiled' });
    await callback.onEntry!(entry);
    expect(out.written).toEqual([
      'training 6050 steps, compiled engine\n',
      'step 50/6050  2 m 00 s left  20.0 ms/step  elbo -101.23 = logPrior -3.2\n',
    ]);
  });

  it('fits a terminal of any width, and never cuts a number', async () => {
    const terms = { iwae: -98.1, elbo: -101.2, logLikelihood: -80, logPrior: -57, logBase: -38, logDet: -2.2 };
    for (const columns of [20, 40, 60, 79, 80, 81, 100, 120, 160]) {
      const out = stream({ isTTY: true, columns });
      const callback = trainingProgress(out);
      await callback.onStart!({ steps: 10_000, engine: 'compiled' });
      await callback.onEntry!({ ...entry, terms });
      const shown = out.written[1]!.slice('\r\x1b[2K'.length);
      expect(shown.length).toBeLessThan(columns);
      const whole =
        'step 50/10000  3 m 19 s left  20.0 ms/step  iwae -98.10, elbo -101.20 = logLikelihood -80.0 + logPrior -57.0 - logBase -38.0 + logDet -2.2';
      expect(whole.startsWith(shown)).toBe(true);
      expect(whole.slice(shown.length)).toMatch(/^($| |,)/);
    }
  });

  it('shows the bound as the sum that it is, and other bounds before it', async () => {
    const out = stream();
    const callback = trainingProgress(out);
    await callback.onStart!({ steps: 50, engine: 'compiled' });
    const show = (terms: Record<string, number>) => callback.onEntry!({ ...entry, terms });
    await show({ iwae: -98.1, elbo: -101.2, logLikelihood: -80, logPrior: -57, logBase: -38, logDet: -2.2 });
    await show({ elbo: -101.2, logLikelihood: -80, kl: 21.2, constructor: 1 } as Record<string, number>);
    await show({ elbo: -3 });
    expect(out.written.slice(1).map((line) => line.split('ms/step  ')[1])).toEqual([
      'iwae -98.10, elbo -101.20 = logLikelihood -80.0 + logPrior -57.0 - logBase -38.0 + logDet -2.2\n',
      'constructor 1.00, elbo -101.20 = logLikelihood -80.0 - kl 21.2\n',
      'elbo -3.00\n',
    ]);
  });

  it('says why the compiled engine is not used', async () => {
    const out = stream();
    await trainingProgress(out).onStart!({ steps: 1, engine: 'eager', fallback: 'no library; going on eagerly' });
    expect(out.written).toEqual(['no library; going on eagerly\n']);
  });

  it('shows a run without a bound', async () => {
    const out = stream();
    const callback = trainingProgress(out);
    await callback.onStart!({ steps: 50, engine: 'eager' });
    await callback.onEntry!({ ...entry, terms: { distance: 2 } });
    expect(out.written.at(-1)).toBe('step 50/50  0 s left  20.0 ms/step  distance 2.0\n');
  });
});

it.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.5, '1 m 00 s'],
  [65, '1 m 05 s'],
  [3600, '60 m 00 s'],
])('formatDuration(%d) is %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
