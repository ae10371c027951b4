// `flowvae metrics <run>`.
import { metricsCsv, RunFolder, writeFileAtomically } from '@flowvae/runs';

export function metricsCommand(run: string, { out }: { readonly out?: string }): void {
  const csv = metricsCsv(RunFolder.claimed(run).readMetrics());
  if (out === undefined) process.stdout.write(csv);
  else writeFileAtomically(out, csv);
}
