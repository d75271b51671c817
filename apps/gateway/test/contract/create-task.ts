import { describe, expect, test } from 'vitest';
import { ALLOWED } from './allowed.ts';
import { connect, createdSchema } from './client.ts';
import { requestOf, withoutInput, type Input } from './requests.ts';
import { REFUSAL, REFUSED, type OpenServer } from './server.ts';

const DURATIONS = ['5', '10', '15', '20', '30', '40', '50', '60', '70', '80'];
const PROMPT_LIMIT = 1000;

const TWO_IMAGES = ['https://example.com/a.png', 'http://example.com/b.webp?size=1'];
const RIGHT_BODIES: readonly (readonly [string, object])[] = [
  ...DURATIONS.map((duration) => [`a duration of ${duration}`, requestOf('duration', { duration })] as const),
  ...[true, false].map((sound) => [`sound ${sound}`, requestOf('sound', { sound })] as const),
  [`a prompt of ${PROMPT_LIMIT} characters`, requestOf('x'.repeat(PROMPT_LIMIT))],
  ['several images', requestOf('images', { image_urls: TWO_IMAGES })],
  ...[null, '', ' '].map(
    (url) => [`a callBackUrl of ${JSON.stringify(url)}`, { ...requestOf(), callBackUrl: url }] as const,
  ),
  ['fields that it does not know', { ...requestOf('more', { seed: 7 }), unknown: { field: true } }],
];

/** Wrong inputs, each in one field. */
const WRONG_INPUTS: readonly (readonly [string, Input])[] = [
  ['an empty prompt', { prompt: '' }],
  ['a prompt that is no string', { prompt: 7 }],
  ['a prompt of null', { prompt: null }],
  [`a prompt of ${PROMPT_LIMIT + 1} characters`, { prompt: 'x'.repeat(PROMPT_LIMIT + 1) }],
  ['image_urls that are a string', { image_urls: 'https://example.com/a.png' }],
  ['image_urls that are an object', { image_urls: { 0: 'https://example.com/a.png' } }],
  ['no image', { image_urls: [] }],
  ['an image that is no URL', { image_urls: ['a.png'] }],
  ['an image that is not on the web', { image_urls: ['ftp://example.com/a.png'] }],
  ['an image that is no string', { image_urls: [7] }],
  ['a second image that is no URL', { image_urls: ['https://example.com/a.png', ''] }],
  ['sound that is a string', { sound: 'true' }],
  ['sound that is a number', { sound: 1 }],
  ['sound of null', { sound: null }],
  ['a duration that is a number', { duration: 5 }],
  ['a duration that is no option', { duration: '25' }],
  ['a duration with its unit', { duration: '5s' }],
  ['an empty duration', { duration: '' }],
];

/** Bodies that are wrong as a whole. */
const WRONG_BODIES: readonly (readonly [string, object])[] = [
  ['no model', { input: requestOf().input }],
  ['an empty model', { ...requestOf(), model: '' }],
  ['a model that is no string', { ...requestOf(), model: 26 }],
  ['no input', { model: requestOf().model }],
  ['an input that is a string', { ...requestOf(), input: JSON.stringify(requestOf().input) }],
  ['an input that is an array', { ...requestOf(), input: [requestOf().input] }],
  ['a callBackUrl that is no string', { ...requestOf(), callBackUrl: 7 }],
  ['nothing at all', {}],
];

/** Section 1 of the document: Create Generation Task. */
export function createTaskContract(open: OpenServer): void {
  describe('createTask accepts', () => {
    test("the document's example and responds with the id of the task", async () => {
      const kie = await connect(open);
      const answer = await kie.createTask(requestOf());
      const { taskId } = createdSchema.parse(answer.data);
      expect(answer).toMatchObject({ code: 200, msg: 'success' });
      expect(kie.spoken.created(taskId)).toContainEqual(answer.data);
    });

    test('equal requests as tasks of their own', async () => {
      const kie = await connect(open);
      expect(await kie.created(requestOf())).not.toBe(await kie.created(requestOf()));
    });

    test.each(RIGHT_BODIES)('%s', async (_name, body) => {
      expect((await (await connect(open)).createTask(body)).code).toBe(200);
    });
  });

  describe('createTask refuses as invalid', () => {
    test.each(Object.keys(requestOf().input))('a request without input.%s', async (name) => {
      const kie = await connect(open);
      expect(kie.spoken.refusals).toContain((await kie.createTask(withoutInput(name))).code);
    });

    test.each(WRONG_INPUTS)('%s', async (_name, input) => {
      const kie = await connect(open);
      expect(kie.spoken.refusals).toContain((await kie.createTask(requestOf('wrong', input))).code);
    });

    test.each(WRONG_BODIES)('%s', async (_name, body) => {
      const kie = await connect(open);
      expect(kie.spoken.refusals).toContain((await kie.createTask(body)).code);
    });
  });

  test.each([null, '', ' '])('a callBackUrl of %j is none: the task runs to its end', async (callBackUrl) => {
    const kie = await connect(open);
    const request = requestOf('without a callback');
    const record = await kie.ended(await kie.created({ ...request, callBackUrl }));
    expect(record.state).toBe('success');
    expect(kie.spoken.readParam(record.param)).toEqual(kie.spoken.repeated(request));
  });

  test("a refusal that only Kie can give comes with Kie's code and reason, at once or as a failed task", async () => {
    const kie = await connect(open);
    const { code, msg, data } = await kie.createTask(requestOf(`an image of nowhere ${REFUSED}`));
    expect(ALLOWED.refusedByKie(REFUSAL.code)).toContain(code);
    if (code !== 200) return expect(msg).toContain(REFUSAL.msg);
    const { state, failCode, failMsg } = await kie.ended(createdSchema.parse(data).taskId);
    expect({ state, failCode }).toEqual({ state: 'fail', failCode: String(REFUSAL.code) });
    expect(failMsg).toContain(REFUSAL.msg);
  });

  test.each(['', '{"model":', 'null', '[]', '"text"'])('createTask cannot read the body %j', async (text) => {
    const { createTask, spoken } = await connect(open);
    const { code } = await createTask(undefined, { text });
    expect([...ALLOWED.unreadableBody, ...spoken.refusals]).toContain(code);
  });

  test.each(['Kling-2.6/image-to-video', 'kling-2.6/text-to-film'])(
    'the model %s is refused, at once or as a failed task',
    async (model) => {
      const kie = await connect(open);
      const { code, data } = await kie.createTask({ ...requestOf(), model });
      expect(ALLOWED.unknownModel).toContain(code);
      if (code !== 200) return;
      const record = await kie.ended(createdSchema.parse(data).taskId);
      expect(record).toMatchObject({ state: 'fail', model, failMsg: expect.stringMatching(/./) });
    },
  );
}
