import { randomBytes } from 'node:crypto';
import { signCallback, type Submission } from '@kieq/simulator';
import { call } from './http.ts';
import type { DeedOf, Scene } from './scene.ts';

/** Callbacks that Kie never sent, each wrong in another way. */
export async function forge(scene: Scene, { count }: DeedOf<'forge'>): Promise<void> {
  const { gatewayUrl, secrets } = scene.world;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const lie = scene.dice.pick(LIES);
      const target = targetOf(scene, lie);
      if (target === undefined) return;
      const { path, taskId } = target;
      const key = lie === 'wrong signature' ? 'an unknown key' : secrets.webhookKey;
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

const LAST = 100;

/** Most tempting where the answer was lost: both for the attempt that waits for its task, and for the task of another. */
function targetOf({ world, dice }: Scene, lie: (typeof LIES)[number]): { path: string; taskId: string } | undefined {
  const sent = world.pool.simulator.ledger.submissions().slice(-LAST);
  const lost = sent.filter(({ delivery, fault }) => delivery === 'lost' || fault !== undefined);
  const choice = lost.length > 0 && dice.chance(0.7) ? lost : sent;
  if (choice.length === 0) return undefined;
  const path = pathOf(dice.pick(choice), lie === 'wrong token');
  const taskId = dice.pick(choice).taskId ?? randomBytes(16).toString('hex');
  return path === undefined ? undefined : { path, taskId };
}

/** `wrong task`: the attempt's own token with the task of another caller or an unknown one. */
const LIES = ['wrong token', 'wrong signature', 'wrong task'] as const;

const FALSE_RESULT = JSON.stringify({ resultUrls: ['https://forged.invalid/video.mp4'] });

function pathOf({ callBackUrl }: Submission, spoilToken: boolean): string | undefined {
  if (callBackUrl === undefined) return undefined;
  const { pathname } = new URL(callBackUrl);
  return spoilToken ? pathname.replace(/[^/]+$/, randomBytes(24).toString('base64url')) : pathname;
}
