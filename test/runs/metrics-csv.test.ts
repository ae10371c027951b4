// Metrics as CSV.
import { metricsCsv } from '@flowvae/runs';
import { expect, it } from 'vitest';

it('metricsCsv has a column for each name of an entry, in their order', () => {
  const entries = [
    { step: 1, loss: 0.1, terms: { elbo: -0.1, 'a,"b': 3 } },
    { step: 2, validation: { elbo: -1e-7 } },
    { step: 3, loss: 1 / 3, skipped: 2 },
  ];
  expect(metricsCsv(entries)).toBe(
    ['step,loss,elbo,"a,""b",validation.elbo,skipped', '1,0.1,-0.1,3,,', '2,,,,-1e-7,', `3,${1 / 3},,,,2`, ''].join(
      '\r\n',
    ),
  );
});

it('metricsCsv is a single line end without entries', () => {
  expect(metricsCsv([])).toBe('\r\n');
});
