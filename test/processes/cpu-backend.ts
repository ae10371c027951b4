// Before each file of a shared process: the backend that an earlier file chose is none of this one's.
import { tf } from '@flowvae/tensor';

await tf.setBackend('cpu');
