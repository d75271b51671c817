import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { runningTask } from '../../../../packages/testkit/src/running-task.ts';
import { documentSchema, schemaProblems, type Document } from '../described.ts';
import { BASE64, FROM_URL, STREAM, streamForm } from '../kie-uploads.ts';
import { PNG } from '../v1-images.ts';
import { KEYS, startGateway, type AskOptions, type GatewayFixture } from '../support.ts';

let pool: PoolFixture;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'openapi', workers: 0 });
});
afterAll(() => pool.stop());

async function documentOf(gateway: GatewayFixture): Promise<Document> {
  return documentSchema.parse((await gateway.ask('/openapi.json')).body);
}

/** `GET /v1/generations/{id}` for every operation of a document. */
const operations = ({ paths }: Document): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

describe('/openapi.json', () => {
  test('has every route that Fastify knows, and no other', async () => {
    const gateway = await startGateway({ pool });
    const known = routesOf(gateway).filter((route) => !/^(HEAD|OPTIONS) |^\w+ \/docs/.test(route));
    expect(known.length).toBeGreaterThan(8);
    expect(operations(await documentOf(gateway)).toSorted()).toEqual(known.toSorted());
  });

  test('documents authentication: only health, itself, callbacks and links to files are open', async () => {
    const gateway = await startGateway({ pool });
    const document = await documentOf(gateway);
    const open = operations(document).filter((name) => {
      const [method = '', path = ''] = name.split(' ');
      return document.paths[path]?.[method.toLowerCase()]?.security?.length === 0;
    });
    expect(open.toSorted()).toEqual([
      'GET /healthz',
      'GET /openapi.json',
      'GET /readyz',
      'GET /results/{file}',
      'GET /uploads/{file}',
      'POST /callbacks/kie/{generation}/{token}',
    ]);
    expect(document).toMatchObject({ security: [{ key: [] }] });
  });

  test('has schemas that a JSON Schema validator takes', async () => {
    const gateway = await startGateway({ pool });
    const document = await documentOf(gateway);
    const { paths } = document;
    const bodies = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ requestBody, responses }) => [
        ...Object.values(requestBody?.content ?? {}),
        ...Object.values(responses).flatMap((response) => Object.values(response.content ?? {})),
      ]),
    );
    expect(bodies.length).toBeGreaterThan(30);
    for (const { schema } of bodies) expect(() => schemaProblems(document, schema, {})).not.toThrow();
    const create = paths['/api/v1/jobs/createTask']?.['post'];
    const body = create?.requestBody?.content['application/json']?.schema ?? {};
    expect(schemaProblems(document, body, testRequest('x'))).toEqual([]);
    expect(schemaProblems(document, body, { model: 'x' })).not.toEqual([]);
    expect(create?.parameters).toContainEqual(expect.objectContaining({ name: 'idempotency-key', in: 'header' }));
  });
});

describe('answers', () => {
  test('are as the document says: every API, valid calls and invalid ones', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const document = await documentOf(gateway);
    const seen = new Set<string>();
    const ask = async (pattern: string, path: string, options: AskOptions = {}): Promise<Record<string, unknown>> => {
      const [method = '', url = ''] = pattern.split(' ');
      const answer = await gateway.ask(path, { key: 'key-of-op', method, ...options });
      // That it is as the document says is checked by `ask` itself; here, that the document speaks of it.
      const described = document.paths[url]?.[method.toLowerCase()]?.responses[answer.status];
      expect(described, `${pattern} ${answer.status}`).toBeDefined();
      seen.add(pattern);
      return answer.body;
    };
    const body = testRequest('described');
    const CREATE = 'POST /api/v1/jobs/createTask';
    const RECORD = 'GET /api/v1/jobs/recordInfo';
    const created = z.object({ data: z.object({ taskId: z.string() }) });
    const { taskId } = created.parse(await ask(CREATE, '/api/v1/jobs/createTask', { body })).data;
    await ask(CREATE, '/api/v1/jobs/createTask', { body: {} });
    await ask(CREATE, '/api/v1/jobs/createTask', { body: '[]' });
    await ask(CREATE, '/api/v1/jobs/createTask', { body: ' '.repeat(1_100_000) });
    await ask(CREATE, '/api/v1/jobs/createTask', { body, headers: { 'content-encoding': 'gzip' } });
    await ask(CREATE, '/api/v1/jobs/createTask', { body, key: 'wrong' });
    await ask(RECORD, `/api/v1/jobs/recordInfo?taskId=${taskId}`);
    await ask(RECORD, '/api/v1/jobs/recordInfo');
    await ask('GET /api/v1/chat/credit', '/api/v1/chat/credit');
    await ask('POST /api/file-stream-upload', STREAM, { body: streamForm(PNG) });
    await ask('POST /api/file-stream-upload', STREAM, { body: {} });
    const uploaded = z.object({ data: z.object({ downloadUrl: z.string() }) });
    const image = { base64Data: PNG.toString('base64') };
    const { downloadUrl } = uploaded.parse(await ask('POST /api/file-base64-upload', BASE64, { body: image })).data;
    await ask('POST /api/file-base64-upload', BASE64, { body: {} });
    await ask('POST /api/file-url-upload', FROM_URL, { body: { fileUrl: downloadUrl } });
    await ask('POST /api/file-url-upload', FROM_URL, { body: {} });
    const DOWNLOAD = 'POST /api/v1/common/download-url';
    for (const asked of [{ url: 'https://example.com/x.mp4' }, {}])
      await ask(DOWNLOAD, '/api/v1/common/download-url', { body: asked });
    for (const path of [new URL(downloadUrl).pathname, '/uploads/x']) await ask('GET /uploads/{file}', path);
    const idSchema = z.object({ id: z.string() });
    const { id } = idSchema.parse(
      await ask('POST /v1/generations', '/v1/generations', { body: { ...body, metadata: { a: 'b' } } }),
    );
    await ask('POST /v1/generations', '/v1/generations', { body: { ...body, unknown: 1 } });
    await ask('POST /v1/generations', '/v1/generations', { body, key: 'wrong' });
    await ask('POST /v1/generations/batch', '/v1/generations/batch', { body: { items: [body, {}] } });
    await ask('POST /v1/generations/batch', '/v1/generations/batch', { body: { items: [] } });
    await ask('GET /v1/generations', '/v1/generations?limit=1');
    await ask('GET /v1/generations', '/v1/generations?limit=1000');
    await ask('GET /v1/generations/{id}', `/v1/generations/${id}`);
    await ask('GET /v1/generations/{id}', '/v1/generations/gen_unknown');
    await ask('DELETE /v1/generations/{id}', `/v1/generations/${id}`);
    await ask('DELETE /v1/generations/{id}', '/v1/generations/gen_unknown');
    await ask('GET /v1/generations/{id}/events', `/v1/generations/${id}/events`);
    await ask('GET /v1/events', '/v1/events?since=yesterday');
    await ask('GET /v1/dead-letters', '/v1/dead-letters');
    await ask('POST /v1/dead-letters/{id}/redrive', `/v1/dead-letters/${id}/redrive`, { body: { dryRun: true } });
    await ask('POST /v1/dead-letters/redrive', '/v1/dead-letters/redrive', {
      body: { class: 'task_lost', dryRun: true },
    });
    await ask('POST /v1/dead-letters/redrive', '/v1/dead-letters/redrive', { body: {} });
    const running = await runningTask(pool);
    const adopt = `/v1/generations/${running.id}/adopt`;
    for (const asked of [{ taskId: running.taskId }, {}])
      await ask('POST /v1/generations/{id}/adopt', adopt, { body: asked });
    const RESULT = 'GET /v1/generations/{id}/results/{n}';
    for (const n of [1, 0]) await ask(RESULT, `/v1/generations/${running.id}/results/${n}`);
    await ask('GET /results/{file}', `/results/${running.id}.mp4?expires=1&signature=x`);
    const CALLBACK = 'POST /callbacks/kie/{generation}/{token}';
    for (const path of [running.path, `${running.path}x`]) await ask(CALLBACK, path, { body: {} });
    await ask(CALLBACK, running.path, { body: 'no JSON' });
    await ask(CALLBACK, running.path, { body: ' '.repeat(300_000) });
    await ask('GET /v1/models', '/v1/models');
    const VEO = '/api/v1/veo';
    for (const asked of [{ prompt: 'x' }, {}]) await ask(`POST ${VEO}/generate`, `${VEO}/generate`, { body: asked });
    for (const query of [`?taskId=${taskId}`, '?taskId=gen_unknown', ''])
      await ask(`GET ${VEO}/record-info`, `${VEO}/record-info${query}`);
    await ask(`GET ${VEO}/get-1080p-video`, `${VEO}/get-1080p-video`);
    await ask(`POST ${VEO}/extend`, `${VEO}/extend`, { body: {} });
    const VIDEO = { model: body.model, prompt: 'described', input_reference: 'https://example.com/a.png' };
    const video = idSchema.parse(await ask('POST /v1/videos', '/v1/videos', { body: VIDEO }));
    for (const asked of [{}, { ...VIDEO, model: 'sora-2' }, []])
      await ask('POST /v1/videos', '/v1/videos', { body: asked });
    for (const query of ['', '?order=asc&limit=1', '?limit=x', '?after=gen_unknown'])
      await ask('GET /v1/videos', `/v1/videos${query}`);
    for (const one of [video.id, 'gen_unknown']) {
      await ask('GET /v1/videos/{id}', `/v1/videos/${one}`);
      await ask('GET /v1/videos/{id}/content', `/v1/videos/${one}/content`);
      await ask('DELETE /v1/videos/{id}', `/v1/videos/${one}`);
    }
    await ask('DELETE /v1/videos/{id}', `/v1/videos/${running.id}`);
    await ask('POST /v1/videos/{id}/remix', `/v1/videos/${video.id}/remix`, { body: { prompt: 'x' } });
    for (const name of ['kling-3.0%2Fvideo', 'unknown']) await ask('GET /v1/models/{id}', `/v1/models/${name}`);
    for (const name of ['kling-3.0/video', 'no/model']) await ask('GET /v1/models/{id}/{name}', `/v1/models/${name}`);
    for (const asked of [body, { items: [body, {}] }, { items: [body, { model: 'no/model' }] }])
      await ask('POST /v1/estimate', '/v1/estimate', { body: asked });
    for (const key of ['key-of-op', 'key-of-a']) await ask('GET /v1/status', '/v1/status', { key });
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json']) await ask(`GET ${path}`, path);
    expect(operations(document).filter((name) => !seen.has(name))).toEqual([]);
  });
});

describe('/docs', () => {
  test('is a page that needs no network: it loads its own files alone', async () => {
    const gateway = await startGateway({ pool, keys: KEYS });
    const page = await gateway.ask('/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\/static\/[\w.-]+$/);
      expect((await gateway.ask(file)).status).toBe(200);
    }
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    const start = await gateway.ask('/docs/static/swagger-initializer.js');
    expect(start.body).toContain("url: resolveUrl('./json')");
    expect((await gateway.ask('/docs/json')).body).toEqual((await gateway.ask('/openapi.json')).body);
  });
});

/** `GET /v1/generations/{id}` for every route, read from the tree that Fastify prints. */
function routesOf({ app }: GatewayFixture): string[] {
  const above: string[] = [];
  const lines = app.printRoutes({ commonPrefix: false }).split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    const depth = indent.length / 4;
    above[depth] = part;
    const path = above
      .slice(0, depth + 1)
      .join('')
      .replaceAll(/:(\w+)/g, '{$1}');
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
}
