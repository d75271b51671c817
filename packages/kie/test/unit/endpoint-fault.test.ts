import type { SubmitAnswer } from '@kieq/domain';
import { describe, expect, it } from 'vitest';

import { classifySubmit } from '../../src/classify-submit.ts';
import { endpointFaultOf } from '../../src/endpoint-fault.ts';
import { answer, envelope, NOW, redact } from './fixtures.ts';

const REQUEST = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan', image_urls: ['https://example.com/a.png'], camera: { tiltAngle: 3 }, cfg_scale: 1 },
};

function refused(code: number | string, msg?: string): SubmitAnswer {
  return classifySubmit(answer(200, msg === undefined ? { code } : envelope(code, msg)), redact, NOW);
}
const faultOf = (code: number | string, msg?: string) => endpointFaultOf(refused(code, msg), REQUEST);

describe('a refusal that may be the fault of the place', () => {
  it.each([
    [422, 'channel not found', '422 channel not found'],
    ['422', 'Channel  not\nfound', '422 channel not found'],
    [400, 'No available channel for model kling-2.6/image-to-video', '400 no available channel for model'],
    [422, 'no channel for kling image-to-video', '422 no channel for kling'],
    [404, 'The requested path is not there: prompt', '404 the requested path is not there: prompt'],
    [404, undefined, '404'],
    [422, '', '422'],
    [422, '渠道不存在', '422 渠道不存在'],
  ])('%s %j: %s', (code, msg, same) => {
    expect(faultOf(code, msg)).toBe(same);
  });

  it.each([
    [451, 'channel not found'],
    [505, 'channel not found'],
    [500, 'channel not found'],
    [401, 'channel not found'],
    [402, 'channel not found'],
    [429, 'channel not found'],
    [455, 'channel not found'],
    [999, 'channel not found'],
  ])('never code %i', (code, msg) => {
    expect(faultOf(code, msg)).toBeUndefined();
  });

  it('nor an acceptance, nor a page', () => {
    const accepted = classifySubmit(answer(200, envelope(404, 'no', { taskId: 't1' })), redact, NOW);
    expect(endpointFaultOf(accepted, REQUEST)).toBeUndefined();
    expect(endpointFaultOf(classifySubmit(answer(404, '<html>'), redact, NOW), REQUEST)).toBeUndefined();
  });
});

describe('a message that speaks of the request', () => {
  it.each([
    ['a field of the input', 'cfg_scale out of bounds'],
    ['the same in other spelling', 'cfgScale is wrong'],
    ['the same in words', 'The CFG scale is wrong'],
    ['a field deeper in it', 'tilt angle: 3 is too small'],
    ['a known field that is not there', 'duration is wrong'],
    ['one address of a list', 'image url unreachable'],
    ['validation wording', 'This field is required'],
    ['a model that does not exist', 'The model name you specified is not supported'],
    ['moderation', 'Your request was flagged by our policies'],
    ['an image', 'The picture is too small'],
  ])('%s', (_what, msg) => {
    expect(faultOf(422, msg)).toBeUndefined();
  });

  it('is none where a word only contains the name of a field', () => {
    expect(endpointFaultOf(refused(422, 'channels exhausted'), { model: 'm', input: { channel: 1 } })).toBeUndefined();
    expect(endpointFaultOf(refused(422, 'channeling failed'), { model: 'm', input: { channel: 1 } })).toBeDefined();
  });
});

describe('the same refusal', () => {
  it.each([
    ['numbers', 'failed after 3 tries', 'failed after 12 tries'],
    ['ids', 'no route (request id: 20261130abcdef)', 'no route (request id: 20261130fedcba)'],
    ['ids without a digit', 'no route, trace_id=abcdef', 'no route, trace_id=fedcba'],
    ['quoted values', 'group "alpha" has no channel', "group 'beta' has no channel"],
    ['addresses', 'no route to https://a.example/x?y', 'no route to https://b.example/z'],
    ['case and blanks', 'No  Route', 'no route'],
  ])('differs in %s', (_what, one, other) => {
    expect(faultOf(422, one)).toBe(faultOf(422, other));
    expect(faultOf(422, one)).toBeDefined();
  });

  it('names the model of its own request', () => {
    const other = { ...REQUEST, model: 'veo-next' };
    expect(endpointFaultOf(refused(422, 'no channel for model veo-next'), other)).toBe(
      faultOf(422, 'no channel for model kling-2.6/image-to-video'),
    );
  });

  it('is another one with another code, or in other words', () => {
    const all = [faultOf(422, 'no route'), faultOf(404, 'no route'), faultOf(422, 'no channel')];
    expect(new Set(all).size).toBe(3);
  });

  it('is short, however long the message and however large the request', () => {
    const input = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`field${i}`, { deeper: i }]));
    const answered = endpointFaultOf(refused(422, 'blah '.repeat(100_000)), { model: 'm', input });
    expect(answered?.length).toBeLessThanOrEqual(120);
  });
});
