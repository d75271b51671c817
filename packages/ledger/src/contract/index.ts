import * as ending from './ending.ts';
import * as fleet from './fleet.ts';
import * as following from './following.ts';
import * as submitting from './submitting.ts';
import type { Transition } from './transition.ts';

/** Every script of the ledger, by the name of its file `lua/<name>.lua`. */
const DEFINED = {
  create: submitting.create,
  cancel: submitting.cancel,
  admit: submitting.admit,
  peek: submitting.peek,
  accept: submitting.accept,
  callback: following.callback,
  unclaim: following.unclaim,
  refuse: submitting.refuse,
  lose: submitting.lose,
  expire: submitting.expire,
  resubmit: following.resubmit,
  settle: following.settle,
  archived: ending.archived,
  unsaved: ending.unsaved,
  kill: ending.kill,
  redrive: ending.redrive,
  purge: ending.purge,
  poll: following.poll,
  observe: following.observe,
  peek_polls: submitting.peekPolls,
  poll_permit: following.pollPermit,
  poll_done: following.pollDone,
  uploaded: submitting.uploaded,
  postpone: submitting.postpone,
  delivery_tried: ending.deliveryTried,
  redeliver: ending.redeliver,
  requeue: following.requeue,
  sweep: fleet.sweep,
  list: fleet.list,
  gate: fleet.gate,
  mirrored: ending.mirrored,
  configure: fleet.configure,
  announce: fleet.announce,
  leave: fleet.leave,
  workers: fleet.workers,
};
export type ScriptName = keyof typeof DEFINED;

type ArgsOf<One> = One extends { encode: (args: infer Args) => string[] } ? Args : never;
type AnswerOf<One> = One extends { decode: (raw: unknown) => infer Reply } ? Reply : never;

/** The arguments of every script. */
export type ScriptArgs = { readonly [Name in ScriptName]: ArgsOf<(typeof DEFINED)[Name]> };
/** The replies of every script; `kind` names what happened. */
export type ScriptReplies = { readonly [Name in ScriptName]: AnswerOf<(typeof DEFINED)[Name]> };

export const TRANSITIONS: { readonly [Name in ScriptName]: Transition<ScriptArgs[Name], ScriptReplies[Name]> } =
  DEFINED;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these are its keys
export const SCRIPT_NAMES = Object.keys(DEFINED) as ScriptName[];
