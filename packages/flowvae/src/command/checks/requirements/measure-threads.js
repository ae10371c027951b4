// @ts-check `node measure-threads.js COUNT…`: prints the times of a step's products with so many threads as JSON. A
// process of its own, for its threads leave hundreds of MiB behind. JavaScript, because plain node runs it.
import { threadTimes } from '@flowvae/training';

process.stdout.write(JSON.stringify(await threadTimes(process.argv.slice(2).map(Number))));
