import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { JPEG, PNG } from '../../../../packages/queue/test/image-bytes.ts';
import { nameStore } from '@kieq/queue';
import { openStore, STORE_MARKER } from '@kieq/storage';
import { NO_WORKER, runCli } from '../support.ts';

const BACK = '\r\u001B[2K';

let pool: PoolFixture;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-generate-'));
  await writeFile(join(folder, 'cat.jpg'), JPEG);
  const uploads = openStore({ kind: 'file', path: join(folder, 'uploads') });
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'cli-generate', uploads });
});
afterEach(async () => {
  await pool.stop();
  await rm(folder, { recursive: true });
});

type Options = Parameters<typeof runCli>[2];

function kieq(argv: readonly string[], options: Options = {}): ReturnType<typeof runCli> {
  const env = {
    REDIS_URL: inject('redisUrl'),
    KIEQ_PREFIX: pool.redis.prefix,
    UPLOAD_STORE_URL: pathToFileURL(join(folder, 'uploads')).href,
    KIEQ_ALLOW_PRIVATE_URLS: 'true',
    KIEQ_TIME_SCALE: '0.001',
    ...options.env,
  };
  return runCli(argv, env, options);
}

const cat = (): string => join(folder, 'cat.jpg');
const ordinary = (): string[] => ['generate', cat(), '--prompt', 'a slow pan'];

async function keptImages(): Promise<string[]> {
  const entries = await readdir(join(folder, 'uploads'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && entry.name !== STORE_MARKER).map(({ name }) => name);
}

describe('generate', () => {
  it('takes a photograph to a video that is saved', async () => {
    const output = join(folder, 'cat.mp4');
    const { code, stdout, stderr } = await kieq([...ordinary(), '-o', output]);
    expect(code).toBe(0);
    expect((await readFile(output)).toString('latin1', 4, 8)).toBe('ftyp');
    const id = /^(gen_\w+) succeeded after \S+.*, 55 credits\nsaved \S+cat\.mp4\n$/.exec(stdout)?.[1];
    expect(id).toBeDefined();
    // Without a terminal, a line for each state instead of a bar.
    expect(stderr).toContain(`${id} is enqueued\n${id} queued\n`);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`${id} succeeded`);
    expect(await readdir(folder)).toEqual(['cat.jpg', 'cat.mp4', 'uploads']);
  });

  it('prints one document with --json', async () => {
    const { code, json } = await kieq([...ordinary(), '--wait', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject({ state: 'succeeded', creditsConsumed: 55, files: [], attempts: 1 });
  });

  it('only enqueues without --wait, and says how to go on', async () => {
    await pool.stopWorkers();
    const { code, stdout, stderr } = await kieq(ordinary());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gen_\w+\n$/);
    expect(stderr).toMatch(NO_WORKER);
    expect(stderr.replace(NO_WORKER, '')).toBe(`Enqueued; follow it with: kieq watch ${stdout.trim()}\n`);
    expect(await keptImages()).toHaveLength(1);
  });

  it('is the same generation for the same key and image, and leaves no second copy of it', async () => {
    await pool.stopWorkers();
    const keyed = [...ordinary(), '--idempotency-key', 'cat', '--json'];
    const first = await kieq(keyed);
    const again = await kieq(keyed);
    expect(first.json).toMatchObject({ created: true });
    expect(again.json).toEqual({ ...(first.json as object), created: false, state: 'queued' });
    expect(await keptImages()).toHaveLength(1);
    expect((await kieq([...keyed, '--sound'])).code).toBe(4);
    expect(await keptImages()).toHaveLength(1);
  });

  it('tells how the generation of its key stands, and ends as waiting for it would', async () => {
    await pool.stopWorkers();
    const keyed = [...ordinary(), '--idempotency-key', 'cat'];
    const id = (await kieq(keyed)).stdout.trim();
    expect(await kieq(keyed)).toMatchObject({
      code: 0,
      stderr: `${id} existed already: queued; follow it with: kieq watch ${id}\n`,
    });
    const waiting = await kieq([...keyed, '--timeout', '1']);
    expect(waiting).toMatchObject({ code: 4, stderr: expect.stringContaining(`${id} existed already: queued`) });

    await pool.ledger.kill({ id, class: 'invalid_request', expected: 'queued', evidence: { summary: 'is gone' } });
    const dead = {
      code: 6,
      stderr: expect.stringMatching(/existed already: dead \(invalid_request: is gone\) since 20/),
    };
    expect(await kieq(keyed)).toMatchObject({ ...dead, stdout: `${id}\n` });
    expect(await kieq([...keyed, '--wait'])).toMatchObject(dead);
    expect(await kieq([...keyed, '--json'])).toMatchObject({
      ...dead,
      json: { id, created: false, state: 'dead', deadLetter: { class: 'invalid_request' } },
    });
  });

  it('ends with 0 where the generation of its key has its video', async () => {
    const keyed = [...ordinary(), '--idempotency-key', 'cat'];
    const id = (await kieq([...keyed, '--wait', '--json'])).json;
    expect(id).toMatchObject({ state: 'succeeded' });
    const again = await kieq(keyed);
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/existed already: succeeded since 20.*kieq result/),
    });
  });

  it('takes addresses next to files, and the field of another model', async () => {
    await pool.stopWorkers();
    const both = await kieq([...ordinary(), 'https://example.com/dog.jpg', '--together']);
    const payload = (await pool.ledger.read.generation(both.stdout.trim()))?.payload ?? '';
    expect(JSON.parse(payload)).toMatchObject({
      request: {
        input: {
          image_urls: [expect.stringMatching(/^https:\/\/upload\.kieq\.invalid\//), 'https://example.com/dog.jpg'],
        },
      },
    });
    await writeFile(join(folder, 'dog.png'), PNG);
    const other = ['generate', join(folder, 'dog.png'), '--model', 'other/model', '--image-field', 'image_url'];
    const one = await kieq(other);
    expect((await pool.ledger.read.generation(one.stdout.trim()))?.payload).toMatch(/"image_url":"https:\S+\.png"/);
    expect((await kieq([...other, cat()])).stderr).toContain('input.image_url takes one image');
  });

  it.each([
    ['a file that is not there', ['no-such.jpg', '--prompt', 'x'], 'cannot be read'],
    ['what is no image', ['note.txt', '--prompt', 'x'], 'must be a whole JPEG, PNG or WebP image, and it is a text'],
    [
      'an image that is cut off',
      ['cut.jpg', '--prompt', 'x'],
      'it is a JPEG image that is cut off: its end is missing',
    ],
    ['a request without prompt', ['cat.jpg'], 'input.prompt'],
    ['an output in no folder', ['cat.jpg', '--prompt', 'x', '-o', 'no/such/cat.mp4'], 'is no folder'],
  ])('refuses %s, and keeps and enqueues nothing', async (_what, [file = '', ...rest], reason) => {
    await writeFile(join(folder, 'note.txt'), 'no image');
    await writeFile(join(folder, 'cut.jpg'), JPEG.subarray(0, -1));
    const { code, stdout, stderr } = await kieq(['generate', join(folder, file), ...rest]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
    expect(await keptImages()).toEqual([]);
    expect((await pool.ledger.read.stateCounts()).queued).toBe(0);
  });

  it('ends with 5 where the image cannot be stored', async () => {
    const { code, stderr } = await kieq(ordinary(), { env: { UPLOAD_STORE_URL: pathToFileURL(cat()).href } });
    expect(code).toBe(5);
    expect(stderr).toContain('nothing was enqueued: the image cannot be stored');
  });

  it('stores no image in a default store that the pool does not use, and names the one of the pool', async () => {
    await pool.stopWorkers();
    await nameStore({ ledger: pool.ledger, uploads: pool.uploads });
    const own = { UPLOAD_STORE_URL: '', XDG_DATA_HOME: join(folder, 'data') };
    const { code, stdout, stderr } = await kieq(ordinary(), { env: own });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`nothing was enqueued: images of this pool are uploaded into ${pool.uploads.place}, and`);
    expect(stderr).toContain('Set UPLOAD_STORE_URL');
    expect((await pool.ledger.read.stateCounts()).queued).toBe(0);

    // Whoever names another store means it: a pool may move.
    const other = pathToFileURL(join(folder, 'other')).href;
    const meant = await kieq(ordinary(), { env: { UPLOAD_STORE_URL: other } });
    expect(meant).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`warning: images of this pool are uploaded into`),
    });
    expect((await pool.ledger.uploadStores.used()).map(({ place }) => place)).toContain(other);
  });

  it('ends with 6 and the reason when Kie fails it', async () => {
    pool.simulator.configure({ failRate: 1, failures: [{ failCode: '500', failMsg: 'Content was flagged' }] });
    const { code, stdout, stderr } = await kieq([...ordinary(), '-o', join(folder, 'cat.mp4')]);
    expect(code).toBe(6);
    expect(stdout).toMatch(/^gen_\w+ failed after /);
    expect(stderr).toMatch(/is failed, without a video \(generation_failed: Content was flagged\); see kieq show gen_/);
    expect(await readdir(folder)).not.toContain('cat.mp4');
  });
});

describe('several images', () => {
  const dog = (): string => join(folder, 'dog.png');
  const both = (): string[] => ['generate', cat(), dog(), '--prompt', 'a slow pan'];
  beforeEach(() => writeFile(dog(), PNG));
  const queued = async (): Promise<number> => (await pool.ledger.read.stateCounts()).queued;

  it('are refused without --each or --together where the user cannot be asked', async () => {
    for (const more of [[], ['--json'], ['--wait']]) {
      const { code, stderr } = await kieq([...both(), ...more]);
      expect(code).toBe(2);
      expect(stderr).toContain(
        '2 images were given: --each makes a generation of each, 2 in all, --together one of all',
      );
    }
    expect((await kieq([...both(), '--each', '--together'])).code).toBe(2);
    expect(await keptImages()).toEqual([]);
    expect(await queued()).toBe(0);
  });

  it.each([
    ['each', 2],
    ['together', 1],
  ])('are what a person types: %s', async (typed, count) => {
    await pool.stopWorkers();
    const { code, stderr } = await kieq(both(), { typed: `${typed}\n` });
    expect(code).toBe(0);
    expect(stderr).toContain('2 images were given. Make a generation of each, or one of all?');
    expect(await queued()).toBe(count);
  });

  it('are nothing after any other answer', async () => {
    expect((await kieq(both(), { typed: 'yes\n' })).code).toBe(2);
    expect(await queued()).toBe(0);
  });

  it('are a generation of each with --each, with a key of its own that a repetition finds again', async () => {
    await pool.stopWorkers();
    const keyed = [...both(), '--each', '--idempotency-key', 'pets', '--json'];
    const first = await kieq(keyed);
    expect(first).toMatchObject({
      code: 0,
      json: [
        { image: cat(), created: true },
        { image: dog(), created: true },
      ],
    });
    const ids = (first.json as { id: string }[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    // In another order, and by another name.
    await writeFile(join(folder, 'again.jpg'), JPEG);
    const again = ['generate', dog(), join(folder, 'again.jpg'), ...keyed.slice(3)];
    expect((await kieq(again)).json).toMatchObject(ids.toReversed().map((id) => ({ id, created: false })));
    expect(await queued()).toBe(2);
    expect(await keptImages()).toHaveLength(2);
    const payloads = await Promise.all(ids.map(async (id) => (await pool.ledger.read.generation(id))?.payload));
    for (const payload of payloads) expect(JSON.parse(payload ?? '').request.input.image_urls).toHaveLength(1);
  });

  it('are each the one image that another model takes', async () => {
    await pool.stopWorkers();
    const other = ['generate', cat(), dog(), '--model', 'other/model', '--image-field', 'image_url'];
    expect(await kieq([...other, '--together'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('takes one image; --each makes a generation of each of the 2'),
    });
    expect((await kieq([...other, '--each'])).code).toBe(0);
    expect(await queued()).toBe(2);
  });

  it('one of them unfit: nothing is enqueued of any', async () => {
    await writeFile(dog(), 'no image');
    const { code, stderr } = await kieq([...both(), '--each']);
    expect(code).toBe(2);
    expect(stderr).toContain('dog.png must be a whole JPEG');
    expect(await queued()).toBe(0);
    expect(await keptImages()).toEqual([]);
  });

  it('are followed together, and each video is saved', async () => {
    const videos = await mkdtemp(join(folder, 'videos-'));
    const { code, stdout } = await kieq([...both(), '--each', '-o', videos], { columns: 200 });
    expect(code).toBe(0);
    for (const image of [cat(), dog()]) expect(stdout).toMatch(new RegExp(`^${image}: \\S*gen_\\w+ .*succeeded`, 'm'));
    expect(await readdir(videos)).toHaveLength(2);
    expect(await kieq([...both(), '--each', '-o', join(folder, 'one.mp4')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('must be a folder'),
    });
  });

  it('the exit code is that of all: one without a video is 6', async () => {
    pool.simulator.script([{ on: 'task', fault: { kind: 'fail', failCode: '500', failMsg: 'Content was flagged' } }]);
    const { code, json, stderr } = await kieq([...both(), '--each', '--wait', '--json']);
    expect(code).toBe(6);
    expect((json as { state: string }[]).map(({ state }) => state).toSorted()).toEqual(['failed', 'succeeded']);
    expect(stderr).toContain('1 of 2 ended without a video');
  });

  it('end at Ctrl-C and go on', async () => {
    await pool.ledger.gates.pause('for the test');
    const { code, stderr } = await kieq([...both(), '--each', '--wait'], { columns: 200, interrupt: '0/2' });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted: 2 of 2 continue');
    expect(stderr.match(/follow it with: kieq watch gen_/g)).toHaveLength(2);
  });
});

describe('waiting', () => {
  it('shows a bar on a terminal, and takes it away', async () => {
    pool.simulator.configure({ generation: { kind: 'fixed', ms: 700 } });
    const { code, stdout, stderr } = await kieq([...ordinary(), '--wait'], { columns: 100 });
    expect(code).toBe(0);
    expect(stderr).toMatch(/█*░*  generating for/);
    expect(stderr.endsWith(BACK)).toBe(true);
    expect(stdout).toMatch(/succeeded/);
  });

  it('ends at Ctrl-C and leaves the generation to go on, to be followed again', async () => {
    await pool.ledger.gates.pause('for the test');
    const output = join(folder, 'cat.mp4');
    const { code, stdout, stderr } = await kieq([...ordinary(), '-o', output], {
      columns: 200,
      interrupt: 'submissions wait for paused',
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    const [, id = '', rest = ''] = /kieq watch (gen_\w+)(.*)\n/.exec(stderr) ?? [];
    expect(rest).toBe(` -o ${output}`);
    expect((await pool.ledger.read.generation(id))?.state).toBe('queued');

    await pool.ledger.gates.open('paused');
    const watched = await kieq(['watch', id, '-o', output]);
    expect(watched.code).toBe(0);
    expect((await readFile(output)).toString('latin1', 4, 8)).toBe('ftyp');
    expect(pool.simulator.ledger.submissions()).toHaveLength(1);
  });

  it('ends with 4 when the time is over, with its state in the document', async () => {
    await pool.stopWorkers();
    const { code, json, stderr } = await kieq([...ordinary(), '--timeout', '1', '--json']);
    expect(code).toBe(4);
    expect(json).toMatchObject({ state: 'queued', files: [] });
    expect(stderr).toMatch(/not ended after 1 s: gen_\w+ is queued and continues; follow it with: kieq watch gen_/);
  });
});

describe('result', () => {
  it('prints the links, or saves the video into a folder', async () => {
    const [id = ''] = await pool.enqueue('a boat');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const { code, stdout } = await kieq(['result', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id} succeeded after .*\n${pool.simulator.url}/\\S+\n$`));
    expect((await kieq(['result', id, '-o', folder, '--json'])).json).toMatchObject({
      files: [join(folder, `${id}.mp4`)],
    });
  });

  it('saves an archived video also when its link is dead, and tells where it is', async () => {
    const archivePool = await startPool({
      redisUrl: inject('redisUrl'),
      name: 'cli-result',
      worker: { archiveMode: 'wait' },
    });
    onTestFinished(() => archivePool.stop());
    const [id = ''] = await archivePool.enqueue('a boat');
    await archivePool.recordWhen(id, ({ state }) => state === 'succeeded');
    await archivePool.simulator.stop();
    const env = { KIEQ_PREFIX: archivePool.redis.prefix };
    const name = `tenant-default/${new Date().toISOString().slice(0, 10)}/${id}.mp4`;
    expect((await kieq(['result', id], { env })).stdout).toContain(`\narchived as ${name}\n`);
    expect((await kieq(['show', id], { env })).stdout).toMatch(new RegExp(`archive +${name} \\(\\d+ bytes\\)`));
    const target = join(folder, 'a.mp4');
    expect(await kieq(['result', id, '-o', target], { env })).toMatchObject({ code: 5 });
    const archive = { ARCHIVE_URL: pathToFileURL(archivePool.archiveFolder).href };
    expect(await kieq(['result', id, '-o', target], { env: { ...env, ...archive } })).toMatchObject({ code: 0 });
    expect(await readFile(target)).toEqual(await readFile(join(archivePool.archiveFolder, name)));
  });

  it('does not pass off a success without a link as a saved video', async () => {
    pool.simulator.script([
      { on: 'task', fault: { kind: 'result', resultJson: '{"resultObject":{"answer":"a text"}}' } },
    ]);
    const [id = ''] = await pool.enqueue('a riddle');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const { code, stderr } = await kieq(['result', id, '-o', join(folder, 'riddle.mp4')]);
    expect(code).toBe(6);
    expect(stderr).toContain(
      `nothing was saved: the task succeeded, but its result contains no readable link; see kieq show ${id}`,
    );
    expect((await kieq(['result', id])).code).toBe(0);
  });

  it('ends with 4 while it continues, with 3 for an unknown id, and with 6 when it was cancelled', async () => {
    await pool.stopWorkers();
    const [id = ''] = await pool.enqueue('a boat');
    const early = await kieq(['result', id]);
    expect(early).toMatchObject({ code: 4, stdout: '' });
    expect(early.stderr).toContain(`wait for it with: kieq watch ${id}`);
    expect((await kieq(['result', 'gen_0000000000'])).code).toBe(3);
    await pool.ledger.cancel(id);
    expect(await kieq(['result', id])).toMatchObject({ code: 6 });
  });

  it('tells the links although the video cannot be saved', async () => {
    const [id = ''] = await pool.enqueue('a boat');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');
    const target = join(folder, 'a.mp4');
    const refused = await kieq(['result', id, '-o', target], { env: { KIEQ_ALLOW_PRIVATE_URLS: '' } });
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain(pool.simulator.url);
    expect(refused.stderr).toContain('must not be a private address');
    await pool.simulator.stop();
    expect(await kieq(['result', id, '-o', target])).toMatchObject({ code: 5 });
    expect(await readdir(folder)).toEqual(['cat.jpg']);
  });
});

describe('watch without a generation', () => {
  it('prints a line for each look', async () => {
    await pool.ledger.gates.pause('prices');
    const { code, stdout } = await kieq(['watch', '--every', '1', '--times', '2']);
    expect(code).toBe(0);
    const [first, second, ...rest] = stdout.trimEnd().split('\n');
    expect(first).toMatch(/^\S+Z {2}held back by paused {2}window 0\/100/);
    expect([second, rest]).toEqual([expect.stringContaining('paused'), []]);
    const json = await kieq(['watch', '--times', '1', '--json']);
    expect(json.lines).toMatchObject([{ pool: pool.redis.prefix, binding: 'paused' }]);
  });

  it('renews a page on a terminal until Ctrl-C', async () => {
    const { code, stdout } = await kieq(['watch'], { columns: 100, interrupt: 'Ctrl-C ends' });
    expect(code).toBe(0);
    expect(stdout.split('\u001B[H\u001B[J')).toHaveLength(2);
    expect(stdout).toMatch(/window +░+ 0 of 100/);
  });

  it('has no use for the options of one', async () => {
    expect(await kieq(['watch', '-o', 'a.mp4'])).toMatchObject({ code: 2 });
  });
});
