import { z } from 'zod';
import type { ScriptName } from '../../../src/scripts.ts';
import * as replies from '../../../src/replies.ts';

interface Union {
  readonly options: readonly { readonly shape: { readonly ok: { readonly value: string } } }[];
}

function oks({ options }: Union): string[] {
  return options.map(({ shape }) => shape.ok.value);
}

const doneReply = z.object({ ok: z.literal('done') });

/** How the answers of each script are read. */
export const SCHEMAS = {
  create: replies.createReply,
  cancel: replies.cancelReply,
  admit: replies.admitReply,
  peek: replies.peekReply,
  accept: replies.acceptReply,
  hint: replies.hintReply,
  unclaim: replies.unclaimReply,
  refuse: replies.refuseReply,
  lose: replies.loseReply,
  expire: replies.expireReply,
  resubmit: replies.resubmitReply,
  settle: replies.settleReply,
  archived: replies.archivedReply,
  unsaved: replies.unsavedReply,
  kill: replies.killReply,
  redrive: replies.redriveReply,
  purge: replies.purgeReply,
  look: replies.lookReply,
  observe: replies.observeReply,
  peek_polls: replies.peekReply,
  poll_permit: replies.permitReply,
  poll_done: doneReply,
  uploaded: replies.uploadedReply,
  postpone: replies.postponeReply,
  noticed: replies.noticedReply,
  renotice: replies.renoticeReply,
  requeue: replies.requeueReply,
  sweep: replies.sweepReply,
  list: replies.listReply,
  gate: replies.gateReply,
  mirrored: doneReply,
  configure: replies.configureReply,
  announce: replies.announceReply,
  leave: replies.leaveReply,
  workers: replies.workersReply,
} satisfies Record<ScriptName, z.ZodType>;

/** Every answer that a script can give. */
export const ANSWERS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(SCHEMAS).map(([name, schema]) => [name, 'options' in schema ? oks(schema) : [schema.shape.ok.value]]),
);
