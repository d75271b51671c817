import type { ScriptArgs } from '../../src/contract/index.ts';
import type { ScriptName } from '../../src/contract/index.ts';
import { archived, unsaved } from './rules/archiving.ts';
import { kill, deliveryTried, purge, redrive, redeliver } from './rules/ending.ts';
import {
  announce,
  configure,
  gate,
  leave,
  list,
  peek,
  peekPolls,
  pollDone,
  pollPermit,
  sweep,
  workers,
} from './rules/fleet.ts';
import { callback, poll, observe, requeue, resubmit, settle, unclaim } from './rules/following.ts';
import { accept, admit, cancel, create, expire, lose, postpone, refuse, uploaded } from './rules/submitting.ts';
import type { Answer, World } from './world.ts';

export type ModelCall = {
  readonly [Name in ScriptName]: { readonly name: Name; readonly args: ScriptArgs[Name] };
}[ScriptName];

/** One rule for every script: what it answers, and how it moves the world. The compiler keeps the list whole. */
const RULES: { readonly [Name in ScriptName]: (world: World, args: ScriptArgs[Name]) => Answer } = {
  create,
  cancel,
  admit,
  peek,
  accept,
  callback,
  unclaim,
  refuse,
  lose,
  expire,
  resubmit,
  settle,
  archived,
  unsaved,
  kill,
  redrive,
  purge,
  poll,
  observe,
  peek_polls: peekPolls,
  poll_permit: pollPermit,
  poll_done: pollDone,
  uploaded,
  postpone,
  delivery_tried: deliveryTried,
  redeliver,
  requeue,
  sweep,
  list,
  gate,
  mirrored: () => ({ kind: 'done' }),
  configure,
  announce,
  leave,
  workers,
};

/** What the call will answer; the world is as it will be afterwards. */
export function predict(world: World, { name, args }: ModelCall): Answer {
  const rule = RULES[name] as (world: World, args: object) => Answer;
  return rule(world, args);
}
