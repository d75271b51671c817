import { randomBytes } from 'node:crypto';
import { signCallback, type Submission } from '@kieq/simulator';
import { call } from './http.ts';
import { someOf, type DeedOf, type Scene } from './scene.ts';

/** Callbacks that Kie never sent, each wrong in another way. */
export async function forge(scene: Scene, { count }: DeedOf<'forge'>): Promise<void> {
  const { pool, gatewayUrl, secrets } = scene.world;
  const sent = pool.simulator.ledger.submissions().slice(-60);
  const tasks = pool.simulator.ledger.tasks().slice(-60);
  await Promise.all(
    someOf(scene, sent, count).map(async (submission) => {
      const lie = scene.dice.pick(LIES);
      const stranger = scene.dice.chance(0.5) ? tasks.at(0)?.taskId : undefined;
      const taskId = stranger ?? randomBytes(16).toString('hex');
      const path = pathOf(submission, lie === 'wrong token');
      if (path === undefined) return;
      const key = lie === 'wrong signature' ? 'a key of nobody' : secrets.webhookKey;
      const timestamp = Math.floor(Date.now() / 1000);
      scene.count(`forged: ${lie}`);
      await call(gatewayUrl + path, {
        method: 'POST',
        headers: {
          'x-webhook-timestamp': String(timestamp),
          'x-webhook-signature': signCallback(taskId, timestamp, key),
        },
        body: { code: 200, msg: 'success', data: { taskId, state: 'success', resultJson: FALSE_RESULT } },
      });
    }),
  );
}

/** `wrong task`: the attempt's own token with the task of somebody else or of nobody. */
const LIES = ['wrong token', 'wrong signature', 'wrong task'] as const;

const FALSE_RESULT = JSON.stringify({ resultUrls: ['https://forged.invalid/video.mp4'] });

function pathOf({ callBackUrl }: Submission, spoilToken: boolean): string | undefined {
  if (callBackUrl === undefined) return undefined;
  const { pathname } = new URL(callBackUrl);
  return spoilToken ? pathname.replace(/[^/]+$/, randomBytes(24).toString('base64url')) : pathname;
}
