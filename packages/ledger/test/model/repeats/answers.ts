import type { ScriptName } from '../../../src/scripts.ts';
import * as replies from '../../../src/replies.ts';

interface Union {
  readonly options: readonly { readonly shape: { readonly ok: { readonly value: string } } }[];
}

function oks({ options }: Union): string[] {
  return options.map(({ shape }) => shape.ok.value);
}

/** Every answer that a script can give, from the schemas that read them. */
export const ANSWERS: Readonly<Record<ScriptName, readonly string[]>> = {
  create: oks(replies.createReply),
  cancel: oks(replies.cancelReply),
  admit: oks(replies.admitReply),
  peek: oks(replies.peekReply),
  accept: oks(replies.acceptReply),
  hint: oks(replies.hintReply),
  unclaim: oks(replies.unclaimReply),
  refuse: oks(replies.refuseReply),
  lose: oks(replies.loseReply),
  expire: oks(replies.expireReply),
  resubmit: oks(replies.resubmitReply),
  settle: oks(replies.settleReply),
  archived: oks(replies.archivedReply),
  kill: oks(replies.killReply),
  redrive: oks(replies.redriveReply),
  purge: oks(replies.purgeReply),
  look: oks(replies.lookReply),
  observe: oks(replies.observeReply),
  peek_polls: oks(replies.peekReply),
  poll_permit: oks(replies.permitReply),
  poll_done: ['done'],
  uploaded: oks(replies.uploadedReply),
  postpone: oks(replies.postponeReply),
  noticed: oks(replies.noticedReply),
  renotice: oks(replies.renoticeReply),
  requeue: oks(replies.requeueReply),
  sweep: oks(replies.sweepReply),
  list: ['page'],
  gate: oks(replies.gateReply),
  mirrored: ['done'],
  configure: oks(replies.configureReply),
};
