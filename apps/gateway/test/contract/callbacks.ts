import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startReceiver, type Received, type Receiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { connect, recordForm } from './client.ts';
import { requestOf } from './requests.ts';
import { FAILING, FAILURE, type OpenServer } from './server.ts';

/** The code of a failed task (docs/kie/facts.md#callbacks). */
const FAILED = 501;
const callbackForm = z.strictObject({ code: z.int(), msg: z.string().min(1), data: z.unknown() });

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  onTestFinished(() => started.stop());
  return started;
}

function first({ received }: Receiver): Promise<Received> {
  return until(
    () => received[0],
    () => true,
  );
}

/** The document's Callback URL parameter. */
export function callbackContract(open: OpenServer): void {
  describe('the callback', () => {
    test.each([
      ['success', 'told by callback', 200, {}],
      ['fail', `told by callback ${FAILING}`, FAILED, FAILURE],
    ])('of %s has the structure of the Query Task answer', async (state, prompt, code, more) => {
      const kie = await connect(open);
      const hook = await receiver();
      const request = { ...requestOf(prompt), callBackUrl: `${hook.url}/api/callback?order=7` };
      const taskId = await kie.created(request);
      const { path, headers, text } = await first(hook);
      expect([path, headers['content-type']]).toEqual([
        '/api/callback?order=7',
        expect.stringMatching(/^application\/json/),
      ]);
      const body = callbackForm.parse(JSON.parse(text));
      expect(body.code).toBe(code);
      expect(body.data).toMatchObject({ taskId, state, ...more });
      expect(kie.spoken.readParam(recordForm.parse(body.data).param)).toEqual(kie.spoken.repeated(request));
      const { data } = await kie.recordInfo(taskId);
      expect(body.data).toEqual(data);
    });

    test('arrives only at the address of its task', async () => {
      const kie = await connect(open);
      const hook = await receiver();
      const silent = await kie.created(requestOf('without callback'));
      expect((await kie.ended(silent)).state).toBe('success');
      const told = await kie.created({ ...requestOf('with callback'), callBackUrl: hook.url });
      expect(JSON.parse((await first(hook)).text)).toMatchObject({ data: { taskId: told } });
      expect(hook.received).toHaveLength(1);
    });
  });
}
