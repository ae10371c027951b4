// Tells tfjs's tests which backend to run on; it has to be known before any of them loads.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { countKernels } from './counters.ts';
import './jasmine.ts';

setTestEnvs([{ name: 'onnxruntime', backendName: 'onnxruntime', isDataSync: true }]);
countKernels('onnxruntime', true);
countKernels('cpu', false);
