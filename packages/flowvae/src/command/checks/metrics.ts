// `flowvae metrics <run>`; it loads no tensor library at all.
import { metricsCsv, readRunMetrics, refuseNoRun, writeFileAtomically } from '@flowvae/runs/plain';
import { checkOutputFile } from './requirements/output-file.ts';

export function metricsCommand(run: string, { out }: { readonly out?: string }): void {
  if (out !== undefined) checkOutputFile(out);
  refuseNoRun(run, 'begun');
  const csv = metricsCsv(readRunMetrics(run));
  if (out === undefined) process.stdout.write(csv);
  else writeFileAtomically(out, csv);
}
