// The table of results, as Markdown.

/** What one run leaves. Nats. */
export interface FamilyResult {
  readonly flow: string;
  readonly steps: number;
  readonly seed: number;
  readonly binarization: string;
  readonly images: number;
  readonly samples: number;
  readonly negativeElbo: number;
  readonly negativeElboStandardError: number;
  readonly nll: number;
  readonly nllStandardError: number;
  readonly parameters: number;
  readonly msPerStep: number;
  readonly node: string;
}

/** One row a flow, in the given order. */
export function tableOf(results: readonly FamilyResult[], order: readonly string[]): string {
  const sorted = results.toSorted((a, b) => order.indexOf(a.flow) - order.indexOf(b.flow));
  const plain = results.find(({ flow }) => flow === 'none');
  const rows = sorted.map((result) => {
    const against = plain ? signed(result.negativeElbo - plain.negativeElbo) : '';
    const [elbo, nll] = [result.negativeElbo, result.nll].map((value) => value.toFixed(2));
    const [elboError, nllError] = [result.negativeElboStandardError, result.nllStandardError].map((value) =>
      value.toFixed(2),
    );
    const parameters = result.parameters.toLocaleString('en-GB');
    return `| \`${result.flow}\` | ${elbo} ± ${elboError} | ${against} | ${nll} ± ${nllError} | ${parameters} | ${result.msPerStep.toFixed(1)} |`;
  });
  const head =
    '| flow | −ELBO | against `none` | −ln p(x) | parameters | ms a step |\n| --- | --- | --- | --- | --- | --- |';
  return `${head}\n${rows.join('\n')}\n`;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
