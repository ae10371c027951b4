// The experiment that readers copy runs as it stands; the test of the pages' examples type-checks it by its own
// tsconfig.
import { expect, it } from 'vitest';
import { program } from '../processes/programs.ts';

it('the template trains, and prints the bound that it measured', async () => {
  const { code, stdout, stderr } = await program('experiments/template/run.ts', ['100']);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^step 100 {2}loss \d+\.\d\d nats$/m);
  const [, bound, error, evidence] = /^−ELBO ([\d.]+) ± ([\d.]+), −log p\(x\) ([\d.]+) nats$/m
    .exec(stdout)!
    .map(Number);
  expect(bound).toBeLessThan(230); // the mean image alone comes to 206 to 207 nats
  expect(evidence).toBeLessThan(bound! + error!);
});
