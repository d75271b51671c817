import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startReceiver, type Received } from '../../../../packages/testkit/src/receiver.ts';
import { closedPort } from '../../../../packages/testkit/test/support/http-server.ts';
import { runCli } from '../support.ts';

/** Answers the calls of `kieq listen` one after the other; the last answer repeats. */
async function gateway(...answers: readonly ((response: ServerResponse) => void)[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answers[Math.min(asked.length, answers.length) - 1]?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const refusing = (status: number, body: string) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
};
const error = (code: string, message: string): string => JSON.stringify({ error: { code, message } });

/** A stream with this text; with `cut` the gateway then vanishes. */
const streaming =
  (text: string, { cut = false } = {}) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(text, () => {
      if (cut) response.destroy();
    });
  };

function webhook(n: number, state = 'succeeded'): string {
  const data = { generation: `gen_${n}`, tenant: 'a', state, webhookId: `msg_gen_${n}_5`, body: `{"code":${n}}` };
  return `id: ${n}-0\nevent: webhook\ndata: ${JSON.stringify(data)}\n\n`;
}
const held = `id: 8-0\nevent: held\ndata: ${JSON.stringify({ generation: 'gen_8', tenant: 'a', state: 'dead', class: 'task_lost', heldUntil: 0 })}\n\n`;

let env: Record<string, string>;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-listen-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  env = { XDG_DATA_HOME: folder };
});

async function receiver() {
  const started = await startReceiver();
  onTestFinished(() => started.stop());
  return started;
}

/** By Standard Webhooks. */
function signatureOf(received: Received | undefined, key: string | Buffer): string {
  const timestamp = String(received?.headers['webhook-timestamp']);
  const signed = `msg_gen_1_5.${timestamp}.${received?.text}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

const listen = (
  url: string,
  argv: readonly string[],
  options: { interrupt?: string; env?: Record<string, string> } = {},
) => runCli(['listen', ...argv], { ...env, GATEWAY_URL: url, ...options.env }, options);

describe('kieq listen', () => {
  it('posts what the gateway tells, signed with its own secret, until Ctrl-C', async () => {
    const { url, asked } = await gateway(
      streaming(`retry: 2000\n\nid: 0-0\n\n${webhook(1)}${held}${webhook(2, 'failed')}`),
    );
    const local = await receiver();
    const argv = ['--forward-to', `${local.url}/hook`, '--since', '10m', '--tenant', 'a'];
    const ran = await listen(url, argv, { interrupt: 'failed ', env: { GATEWAY_KEY: 'a-key-of-a' } });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/succeeded {2}gen_1 {2}200 in \d+ ms\n/);
    expect(ran.stdout).toMatch(/dead {7}gen_8 {2}task_lost: no webhook before 1970/);
    const [received] = local.received;
    expect(received).toMatchObject({ path: '/hook', text: '{"code":1}', headers: { 'webhook-id': 'msg_gen_1_5' } });
    const [, secret = ''] = /Signing secret: (\S+) /.exec(ran.stderr) ?? [];
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(received?.headers['webhook-signature']).toBe(signatureOf(received, key));
    expect((await runCli(['listen', '--print-secret'], env)).stdout).toBe(`${secret}\n`);
    expect(asked[0]?.headers.authorization).toBe('Bearer a-key-of-a');
    const { searchParams } = new URL(asked[0]?.url ?? '', url);
    expect(searchParams.get('tenant')).toBe('a');
    expect(Date.now() - Number(searchParams.get('since'))).toBeGreaterThanOrEqual(600_000);
    expect(ran.stderr).not.toContain('a-key-of-a');
  });

  it('goes on after the last event when the gateway vanishes, and forwards nothing twice', async () => {
    const { url, asked } = await gateway(
      streaming(webhook(1), { cut: true }),
      refusing(503, error('unavailable', 'Redis is away')),
      streaming(webhook(1) + webhook(2)),
    );
    const local = await receiver();
    const ran = await listen(url, ['--forward-to', local.url], { interrupt: 'gen_2' });
    expect(ran.code).toBe(0);
    expect(local.received.map(({ text }) => text)).toEqual(['{"code":1}', '{"code":2}']);
    expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1-0', '1-0']);
    expect(ran.stderr).toContain(`the gateway at ${url} is away (ECONNRESET); connecting again`);
    expect(ran.stderr).toContain(`connected to ${url} again`);
  });

  it('tells that ends may be missing, and takes only the states that are asked for', async () => {
    const text = `event: missed\ndata: {}\n\n${webhook(1)}${held}${webhook(2, 'failed')}${webhook(3, 'cancelled')}`;
    const { url } = await gateway(streaming(text));
    const local = await receiver();
    const argv = ['--forward-to', local.url, '--state', 'failed', 'cancelled', '--json'];
    const ran = await listen(url, argv, { interrupt: 'gen_3' });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('ends may be missing');
    expect(ran.lines).toContainEqual({
      event: 'webhook',
      generation: 'gen_2',
      tenant: 'a',
      state: 'failed',
      webhookId: 'msg_gen_2_5',
      status: 200,
      tries: 1,
      ms: expect.any(Number),
    });
    expect(ran.stdout).not.toMatch(/gen_1|gen_8/);
  });

  it('tries a receiver that is away, and says so', async () => {
    const { url } = await gateway(streaming(webhook(1)));
    const port = await closedPort();
    const ran = await listen(url, ['--forward-to', `localhost:${port}/hook`], { interrupt: 'cannot be reached' });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toContain(
      `gen_1: http://localhost:${port}/hook cannot be reached (ECONNREFUSED); trying for 60 s`,
    );
  });

  it('signs with GATEWAY_WEBHOOK_SECRET of its environment, and never prints it', async () => {
    const { url } = await gateway(streaming(webhook(1)));
    const local = await receiver();
    const given = { env: { GATEWAY_WEBHOOK_SECRET: 'the-secret-of-the-pool' } };
    const ran = await listen(url, ['--forward-to', local.url], { interrupt: 'gen_1', ...given });
    expect(ran.stderr).toContain('Signed with GATEWAY_WEBHOOK_SECRET');
    const [received] = local.received;
    expect(received?.headers['webhook-signature']).toBe(signatureOf(received, 'the-secret-of-the-pool'));
    const printed = await listen(url, ['--print-secret'], given);
    expect(printed).toMatchObject({ code: 4, stdout: '' });
    expect(printed.stderr + ran.stderr + ran.stdout).not.toContain('the-secret-of-the-pool');
  });

  it.each<[string, (response: ServerResponse) => void, number, RegExp]>([
    ['without a key', refusing(401, error('unauthorized', 'x')), 2, /needs a key\. Set GATEWAY_KEY/],
    ['for another tenant', refusing(403, error('forbidden', 'not yours')), 2, /refuses: forbidden: not yours/],
    ['of an earlier version', refusing(404, error('not_found', 'x')), 4, /has no events .* needs 0\.3\.0/],
    ['with too many streams', refusing(429, error('rate_limited', 'too many')), 5, /rate_limited: too many/],
    ['that is none', (response) => response.end('<html>'), 2, /is no gateway of kieq \(status 200\)/],
    ['that cuts', (response) => response.destroy(), 5, /does not serve events: ECONNRESET/],
  ])('ends at once at a gateway %s', async (_name, answer, exitCode, text) => {
    const { url } = await gateway(answer);
    const { code, stdout, stderr } = await listen(url, ['--forward-to', 'localhost:1']);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(text);
  });

  it('says which gateway does not answer, and what it needs', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const { code, stderr } = await listen(url, ['--forward-to', 'localhost:1']);
    expect(code).toBe(5);
    expect(stderr).toContain(
      `the gateway at ${url} does not serve events: ECONNREFUSED. Start a gateway, or set GATEWAY_URL`,
    );
    expect((await listen(url, [])).stderr).toContain('--forward-to is required');
    expect((await listen(url, ['--forward-to', 'x', '--since', 'yesterday'])).code).toBe(2);
    expect((await listen(url, ['--forward-to', 'x', '--state', 'queued'])).code).toBe(2);
  });
});
