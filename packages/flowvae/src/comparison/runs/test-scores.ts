// The scores of single test rows, test-scores.safetensors in a run folder. Reading and writing load no tensor library.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bytesIfThere, writeFileAtomically } from '@flowvae/runs/plain';
import { decodeSafetensors, ExpectationError, encodeSafetensors } from '@flowvae/tensor/plain';

/** The file's name in a run folder. */
const TEST_SCORES = 'test-scores.safetensors';

/** The scores of a run's evaluation, row by row. */
export interface TestScores {
  /** The bound of each row, [N], nats. */
  readonly elbo: Float32Array;
  /** −log p̂(x) of each row, [N], nats. */
  readonly nll: Float32Array;
  /** Importance samples of each row. */
  readonly samples: number;
  /**
   * The SHA-256 of the scored values, as the model saw them (binarised, with their mask), in order. Covariates are no
   * scored values.
   */
  readonly rowsSha256: string;
  /** The form of the values: bits, levels and counts have probabilities, others have densities. */
  readonly form: string;
}

/** Writes the scores to a run folder. */
export function writeTestScores(folder: string, { elbo, nll, samples, rowsSha256, form }: TestScores): void {
  const tensors = { elbo: { shape: [elbo.length], values: elbo }, nll: { shape: [nll.length], values: nll } };
  const metadata = {
    eval_samples: String(samples),
    rows_sha256: rowsSha256,
    split: 'test',
    form,
    sha256: checksum(elbo, nll),
  };
  writeFileAtomically(join(folder, TEST_SCORES), encodeSafetensors({ tensors, metadata }));
}

/**
 * The scores in a run folder; undefined where there are none, as in runs of an early version.
 *
 * @throws ExpectationError for a damaged file
 */
export function readTestScores(folder: string): TestScores | undefined {
  const path = join(folder, TEST_SCORES);
  const bytes = bytesIfThere(path);
  if (!bytes) return undefined;
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const [elbo, nll] = [tensors.elbo?.values, tensors.nll?.values];
  const { eval_samples, rows_sha256, form, sha256 } = metadata;
  const isWhole = elbo && nll && nll.length > 0 && nll.length === elbo.length && eval_samples && rows_sha256 && form;
  if (isWhole && sha256 === checksum(elbo, nll)) {
    return { elbo, nll, samples: Number(eval_samples), rowsSha256: rows_sha256, form };
  }
  throw new ExpectationError({
    where: path,
    expected: 'elbo and nll of test rows, by their SHA-256',
    received: isWhole ? 'other values' : 'a file without them',
    remedy: 'the file was damaged or changed: run flowvae evaluate again',
  });
}

function checksum(...arrays: readonly Float32Array[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
