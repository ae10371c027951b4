// The lab's server gives its files to whoever knows the address, and to nobody else.
import { request } from 'node:http';
import { type PageFile, serveLab } from '@flowvae/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A request as any program can make it, with headers that a browser would not allow. */
const ask = (url: string, method = 'GET', headers: Record<string, string> = {}, body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });

const bytes = (text: string) => new TextEncoder().encode(text);
const files = new Map<string, PageFile>([
  ['index.html', bytes('<p>page</p>')],
  ['ort/a.wasm', bytes('wasm')],
]);

describe('the server of the lab', () => {
  let address: string;
  let close: () => Promise<void>;
  const saved: string[] = [];
  beforeAll(async () => {
    const save = async (posted: Uint8Array) => {
      const text = new TextDecoder().decode(posted);
      if (text === 'wrong') throw new Error('the page: expected a model, got text');
      saved.push(text);
      return { run: 'runs/a' };
    };
    ({ address, close } = await serveLab({ files, save }));
  });
  afterAll(() => close());
  const origin = () => new URL(address).origin;

  it('listens on the loopback interface at a port and a token of its own', async () => {
    const other = await serveLab({ files });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    expect(new URL(other.address).pathname).not.toBe(new URL(address).pathname);
    expect(new URL(other.address).port).not.toBe(new URL(address).port);
    await other.close();
  });

  it('gives files with their types, and headers that allow threads and keep other pages out', async () => {
    const page = await ask(address);
    expect([page.status, page.body]).toEqual([200, '<p>page</p>']);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(page.headers).not.toHaveProperty('access-control-allow-origin');
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect((await ask(`${address}ort/a.wasm`)).headers['content-type']).toBe('application/wasm');
    expect(await ask(address, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    ['another token', () => `${origin()}/${'0'.repeat(32)}/`, {}],
    ['no token', () => `${origin()}/`, {}],
    ['a path without the last slash', () => address.slice(0, -1), {}],
    ['a file that is not the page’s', () => `${address}package.json`, {}],
    ['a path out of the folder', () => `${address}../../etc/hostname`, {}],
    ['another host, as after DNS rebinding', () => address, { Host: 'example.com' }],
  ])('answers 404 to %s', async (_, url, headers) => {
    expect(await ask(url(), 'GET', headers)).toMatchObject({ status: 404, body: '' });
  });

  it('takes a posted file from its own page only', async () => {
    const from = (Origin: string) => ask(`${address}save`, 'POST', { Origin }, 'model');
    expect((await from('http://example.com')).status).toBe(403);
    expect((await ask(`${address}save`, 'POST', {}, 'model')).status).toBe(403);
    expect(saved).toEqual([]);
    expect(await from(origin())).toMatchObject({ status: 200, body: '{"run":"runs/a"}' });
    expect(saved).toEqual(['model']);
  });

  it('tells the page the reason if a posted file is refused', async () => {
    const answer = await ask(`${address}save`, 'POST', { Origin: origin() }, 'wrong');
    expect(answer).toMatchObject({ status: 400, body: '{"error":"the page: expected a model, got text"}' });
  });

  it('refuses other methods', async () => {
    expect((await ask(address, 'PUT')).status).toBe(405);
    expect((await ask(address, 'POST')).status).toBe(405);
  });
});
