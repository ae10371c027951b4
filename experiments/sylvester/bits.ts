// `tsx experiments/sylvester/bits.ts --out bits.u8`: the project's static draw of MNIST's bits, a byte for each pixel
// of the training, validation and test images in turn, so that sylvester_torch.py sees the same data.
import { dataRows, key, openData, type SplitName, staticBinarisationSeed, writeFileAtomically } from 'flowvae';
import { readValues, startCommand } from '../command-line.ts';

startCommand();
const { out } = readValues({ out: { type: 'string', default: 'bits.u8' } });
const set = await openData('mnist');
const parts = (['train', 'validation', 'test'] as const satisfies readonly SplitName[]).map((split) => {
  const rows = dataRows(set, split, { binarisation: 'static', key: key(staticBinarisationSeed) });
  const bytes = new Uint8Array(rows.count * rows.width);
  for (let i = 0; i < rows.count; i++) bytes.set(rows.row(i), i * rows.width);
  return bytes;
});
set.close();
writeFileAtomically(out, Buffer.concat(parts));
