import type {
  AcceptArgs,
  AdmitArgs,
  CreateArgs,
  HintArgs,
  KillArgs,
  LookArgs,
  LoseArgs,
  NoticedArgs,
  ObserveArgs,
  PostponeArgs,
  RedriveArgs,
  RefuseArgs,
  ResubmitArgs,
  SettleArgs,
  UnsavedArgs,
  UploadedArgs,
} from '@kieq/ledger';
import type { ScriptName } from '../../src/scripts.ts';
import { archived, unsaved, type ArchivedArgs } from './rules/archiving.ts';
import { kill, noticed, purge, redrive, renotice } from './rules/ending.ts';
import {
  configure,
  gate,
  list,
  peek,
  peekPolls,
  pollDone,
  pollPermit,
  sweep,
  type ConfigureArgs,
  type GateArgs,
  type ListArgs,
  type SweepArgs,
} from './rules/fleet.ts';
import { hint, look, observe, requeue, resubmit, settle, unclaim } from './rules/following.ts';
import { accept, admit, cancel, create, expire, lose, postpone, refuse, uploaded } from './rules/submitting.ts';
import type { Answer, World } from './world.ts';

interface Named {
  readonly id: string;
}
interface VehicleArgs extends Named {
  readonly vehicle: string;
  readonly vehicleCheckMs: number;
}

/** The arguments of every script. */
interface Args extends Record<ScriptName, object> {
  create: CreateArgs;
  cancel: Named;
  admit: AdmitArgs;
  peek: object;
  accept: AcceptArgs;
  hint: HintArgs;
  unclaim: Named & { readonly taskId: string };
  refuse: RefuseArgs;
  lose: LoseArgs;
  expire: Named;
  resubmit: ResubmitArgs;
  settle: SettleArgs;
  archived: ArchivedArgs;
  unsaved: UnsavedArgs;
  kill: KillArgs;
  redrive: RedriveArgs;
  purge: Named & { readonly force: boolean; readonly vehicle?: string | undefined };
  look: LookArgs;
  observe: ObserveArgs;
  peek_polls: object;
  poll_permit: { readonly permit: string; readonly timeoutMs: number };
  poll_done: { readonly permit: string };
  uploaded: UploadedArgs;
  postpone: PostponeArgs;
  noticed: NoticedArgs;
  renotice: VehicleArgs;
  requeue: VehicleArgs;
  sweep: SweepArgs;
  list: ListArgs;
  gate: GateArgs;
  mirrored: Named & { readonly version: number };
  configure: ConfigureArgs;
}

export type ModelCall = {
  readonly [Name in ScriptName]: { readonly name: Name; readonly args: Args[Name] };
}[ScriptName];

/** One rule for every script: what it answers, and how it moves the world. The compiler keeps the list whole. */
const RULES: { readonly [Name in ScriptName]: (world: World, args: Args[Name]) => Answer } = {
  create,
  cancel,
  admit,
  peek,
  accept,
  hint,
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
  look,
  observe,
  peek_polls: peekPolls,
  poll_permit: pollPermit,
  poll_done: pollDone,
  uploaded,
  postpone,
  noticed,
  renotice,
  requeue,
  sweep,
  list,
  gate,
  mirrored: () => ({ ok: 'done' }),
  configure,
};

/** What the call will answer; the world is as it will be afterwards. */
export function predict(world: World, { name, args }: ModelCall): Answer {
  const rule = RULES[name] as (world: World, args: object) => Answer;
  return rule(world, args);
}
