// A run on a real MLflow server that ends in its middle and is started again, read by MLflow's own client.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ended } from '../../processes/programs.ts';
import { jsonHere } from '../in-process.ts';
import { freshPath, tinyData, tinyFlags } from '../tiny-run.ts';

const looks = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("mlflow") is None)';
const hasMlflow = spawnSync('python3', ['-c', looks], { timeout: 20_000 }).status === 0;

/** A port that nothing listens at. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Starts a server over a folder; returns the function that ends it, with its workers. */
async function serve(port: number, folder: string): Promise<() => Promise<void>> {
  const stores = ['--backend-store-uri', `sqlite:///${folder}.db`, '--artifacts-destination', `${folder}-files`];
  const words = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...stores];
  const server = spawn('python3', words, { detached: true, stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  const end = async () => {
    if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid!, 'SIGTERM');
    await gone;
  };
  onTestFinished(end);
  for (let i = 0; i < 300; i++) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok) return end;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the server does not start');
}

describe.skipIf(!hasMlflow)('a real MLflow server (only where python3 has mlflow)', () => {
  it('has the whole run, each number once, after it was away from the third step on', {
    timeout: 240_000,
  }, async () => {
    const [port, out, folder] = [await freePort(), freshPath(), freshPath()];
    const uri = `http://127.0.0.1:${port}`;
    const end = await serve(port, folder);
    const words = ['train', ...tinyFlags(tinyData()), '--validate-every', '2', '--checkpoint-every', '1', '-q'];
    await jsonHere(...words, '--out', out, '--mlflow', uri, '--until', '3');
    await end();
    await jsonHere('train', '--resume', out, '-q');
    await serve(port, folder);
    await jsonHere('runs', 'send', out, '--mlflow', uri);
    const { stdout, stderr } = await ended(['python3', join(import.meta.dirname, 'mlflow_runs.py'), uri], {});
    expect(stdout, stderr).not.toBe('');
    const { runs } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(runs).toHaveLength(1);
    const [{ status, params, tags, metrics, files }] = runs;
    expect([status, params.flow, params.K]).toEqual(['FINISHED', 'planar*2', '2']);
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    expect(tags['flowvae.version']).toBe(report.version);
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const losses = lines.filter(({ loss }) => loss !== undefined).map(({ step, loss }) => ['train/loss', step, loss]);
    const bounds = lines
      .filter(({ validation }) => validation)
      .map(({ step, validation }) => ['validation/elbo', step, validation.elbo]);
    const of = (wanted: string) => metrics.filter(([key]: [string]) => key === wanted);
    expect([of('train/loss'), of('validation/elbo')]).toEqual([losses, bounds]);
    expect(of('test/nll')).toEqual([['test/nll', 6, report.testNll]]);
    expect(files).toEqual(expect.arrayContaining(['model.safetensors', 'report.json', 'figures/samples.png']));
  });
});
