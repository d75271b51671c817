import type { Mutation } from './clocked-redis.ts';

/** A check of the ledger, and the Lua without it. */
interface Mutant {
  readonly without: string;
  readonly from: string;
  readonly to: string;
}

/** Every check on which money, a limit or a generation depends. */
export const MUTANTS: readonly Mutant[] = [
  {
    without: 'create: one record for one id',
    from: 'if record then\n  if record.hash',
    to: 'if false then\n  if record.hash',
  },
  { without: 'create: another request is a conflict', from: 'if record.hash ~= ARGS.hash then', to: 'if false then' },
  {
    without: 'cancel: only what is queued',
    from: "if record.state ~= 'queued' then return reply({ kind = 'too_late'",
    to: "if false then return reply({ kind = 'too_late'",
  },
  {
    without: 'admit: only the current vehicle',
    from: "if record.state ~= 'queued' or record.vehicle ~= ARGS.vehicle then\n  return reply({ kind = 'stale', state = record.state })\nend\n-- The same script",
    to: "if record.state ~= 'queued' then\n  return reply({ kind = 'stale', state = record.state })\nend\n-- The same script",
  },
  {
    without: 'admit: another attempt is on its way',
    from: "if record.state == 'submitting' then",
    to: 'if false then',
  },
  { without: 'admit: a used token', from: 'if findAttempt(record, ARGS.tokenHash) then', to: 'if false then' },
  { without: 'admit: the account', from: 'if account and account ~= ARGS.account then', to: 'if false then' },
  { without: 'admit: the deadline', from: "if NOW >= num(record, 'deadlineAt') then", to: 'if false then' },
  {
    without: 'admit: gates',
    from: 'standing(true)\nif reason then',
    to: 'standing(true)\nif false then',
  },
  {
    without: 'admit: the in-flight cap',
    from: 'if flying >= SETTINGS.maxInFlight then',
    to: 'if false then',
  },
  {
    without: 'admit: a slot in the window',
    from: "if slots == 0 then return reply({ kind = 'wait', reason = 'window', waitMs = windowWaitMs }) end",
    to: '',
  },
  {
    without: 'admit: a request without a response keeps its slot',
    from: "reserve(key('window'), record.id .. ':' .. n, answerBy)",
    to: "reserve(key('window'), record.id .. ':' .. n, NOW)",
  },
  {
    without: 'admit: one canary until its response',
    from: 'gate.nextAt = math.max(NOW + gate.intervalMs, attempt.leaseUntil)',
    to: 'gate.nextAt = NOW',
  },
  {
    without: 'the window: a slot frees one window after the latest moment',
    from: 'NOW_UP - math.floor(math.min(margin, latencyMs))',
    to: 'NOW_UP - latencyMs - 5000',
  },
  {
    without: 'accept: an older attempt takes over from a newer',
    from: 'if not (waiting or taskless) then',
    to: 'if false then',
  },
  { without: 'accept: a task of another generation', from: 'if owner and not revived then', to: 'if false then' },
  { without: 'accept: an attempt has one task', from: 'if attempt.taskId and not revived then', to: 'if false then' },
  {
    without: 'accept: what Kie failed is not adopted again',
    from: "and attempt.outcome ~= 'resubmitted' and not attempt.verdict",
    to: '',
  },
  {
    without: 'refuse: an older attempt frees a newer',
    from: "if not isCurrent or (record.state ~= 'submitting' and record.state ~= 'unknown') then",
    to: "if record.state ~= 'submitting' and record.state ~= 'unknown' then",
  },
  {
    without: 'refuse: only what is open',
    from: "if not isCurrent or (record.state ~= 'submitting' and record.state ~= 'unknown') then",
    to: 'if not isCurrent then',
  },
  { without: 'refuse: once', from: 'if attempt.answer then return answered() end', to: '' },
  {
    without: 'refuse: a request that was sent counts',
    from: 'if ARGS.sent then\n  stamp',
    to: 'if false then\n  stamp',
  },
  {
    without: 'lose: an older attempt calls a newer lost',
    from: "if not (record.state == 'submitting' and num(record, 'current') == attempt.n) and",
    to: "if not (record.state == 'submitting') and",
  },
  {
    without: 'lose: unknown is not submitted again',
    from: "enter(record, 'unknown', 'lost')",
    to: "enter(record, 'queued', 'lost')",
  },
  { without: 'refusing: closing', from: 'if closes then shutRefusing(row, endpoint) end', to: '' },
  {
    without: 'refusing: over all pairs',
    from: '#row.ids >= endpoint.after and isOverAll(row)',
    to: '#row.ids >= endpoint.after',
  },
  {
    without: 'refusing: the same words',
    from: 'if row.same ~= endpoint.same or row.accepted ~= accepted then',
    to: 'if not row.same then',
  },
  {
    without: 'refusing: an acceptance ends the row',
    from: '  row.same, row.ids, row.pairs = nil, {}, {}\n  saveRow(row, memoryMs)',
    to: '  saveRow(row, memoryMs)',
  },
  {
    without: 'refusing: it costs nothing',
    from: "if rule['do'] == 'retry' and fault ~= 'endpoint' then",
    to: "if rule['do'] == 'retry' then",
  },
  {
    without: 'refusing: another pair is asked first',
    from: "if other then return reply({ kind = 'instead'",
    to: "if false then return reply({ kind = 'instead'",
  },
  { without: 'refusing: suspects begin no row', from: 'if has(suspectsOf(row), pair) then return unknown end', to: '' },
  { without: 'refusing: any acceptance opens it', from: "    openGate('refusing')\n  elseif", to: '  elseif' },
  { without: 'refusing: an older acceptance opens nothing', from: 'if gate and not isLater then return end', to: '' },
  {
    without: 'refusing: what another job carried gets its own job',
    from: "local fresh = record.state == 'unknown' or attempt.instead",
    to: "local fresh = record.state == 'unknown'",
  },
  { without: 'expire: the lease', from: 'if NOW < attempt.leaseUntil then', to: 'if false then' },
  {
    without: 'expire: unknown is not submitted again',
    from: "enter(record, 'unknown', 'expired')",
    to: "enter(record, 'queued', 'expired')",
  },
  {
    without: 'callback: a task of another generation is no claim',
    from: 'if owner and not attempt.taskId then',
    to: 'if false then',
  },
  {
    without: 'callback: changes no task',
    from: 'claims[task] = { attempt = attempt.n, at = NOW }',
    to: 'attempt.taskId = task saveAttempt(record, attempt)',
  },
  {
    without: 'observe: the same poll sent twice is one denial',
    from: 'local again = ARGS.permit and record.lastPermit == ARGS.permit',
    to: 'local again = false',
  },
  {
    without: 'observe: a success without a result counts from the first one',
    from: "if ARGS.seen == 'no_result' and not noResultForMs(record) then",
    to: "if ARGS.seen == 'no_result' then",
  },
  {
    without: 'observe: a new start of polling waits again',
    from: "if since == 0 or since < num(record, 'pollSince') then",
    to: 'if since == 0 then',
  },
  {
    without: 'settle: a result that comes after it was given up',
    from: "  if class == 'task_stuck' then return true end\n  if class == 'result_unreadable' then return true end",
    to: "  if class == 'task_stuck' then return true end",
  },
  { without: 'resubmit: its limit', from: 'if done >= ARGS.limit then', to: 'if false then' },
  {
    without: 'resubmit: once for each task',
    from: "if attempt.taskId == ARGS.taskId and attempt.outcome == 'resubmitted' then",
    to: 'if false then',
  },
  {
    without: 'settle: the verdict of an older task',
    from: "if record.taskId ~= ARGS.taskId then return reply({ kind = 'stale', state = record.state }) end\nif record.verdict",
    to: 'if record.verdict',
  },
  { without: 'settle: once', from: "if record.verdict and record.verdict ~= '' then", to: 'if false then' },
  {
    without: 'settle: a price of 0 is none',
    from: 'local isBilled = success and (ARGS.creditsConsumed or 0) > 0',
    to: 'local isBilled = success and ARGS.creditsConsumed',
  },
  {
    without: 'settle: what Kie billed before comes before the price list',
    from: 'local was = tonumber(parts[2]) or list',
    to: 'local was = list or tonumber(parts[2])',
  },
  {
    without: 'settle: a small deviation is no change of the price',
    from: 'math.abs(credits - was) > was * NOTABLE',
    to: 'credits ~= was',
  },
  {
    without: 'polls: a refused limit is avoided for a day',
    from: 'if refused and limit >= refused and NOW - refusedAt < AVOID_MS then return end',
    to: '',
  },
  { without: 'polls: a raise takes its time', from: 'if NOW < raiseAt or limit > most', to: 'if limit > most' },
  { without: 'polls: never above the most', from: 'if NOW < raiseAt or limit > most', to: 'if NOW < raiseAt' },
  {
    without: 'polls: a 429 lowers what was learned',
    from: 'math.max(SETTINGS.pollLimitPerSecond, math.floor(limit * 0.7))',
    to: 'limit',
  },
  {
    without: 'kill: never what is submitting',
    from: "  if class == 'refused_repeatedly' and state == 'queued' then return true end",
    to: "  if class == 'refused_repeatedly' and (state == 'queued' or state == 'submitting') then return true end",
  },
  {
    without: 'kill: the window of the unknown',
    from: "local left = num(record, 'since') + SETTINGS.unknownWindowMs - NOW",
    to: 'local left = 0',
  },
  { without: 'kill: a poll that was frozen', from: 'if asOf and', to: 'if false and' },
  { without: 'kill: the account that submitted', from: 'if attempt.account ~= ARGS.account then', to: 'if false then' },
  {
    without: 'redrive: an older attempt may still be sent',
    from: "if attempt.outcome ~= 'refused' and not attempt.taskId and NOW < attempt.sendBy then",
    to: 'if false then',
  },
  { without: 'redrive: automatically once', from: 'if unresolved > 1 or', to: 'if' },
  {
    without: 'redrive: not while a claim is open',
    from: 'unresolved > 1 or next(claimsOf(record))',
    to: 'unresolved > 1',
  },
  { without: 'purge: what was redriven', from: 'if ARGS.vehicle and', to: 'if false and' },
  { without: 'refuse: an older task is there', from: 'if surplus then', to: 'if false then' },
  {
    without: 'accept: what ended without a video',
    from: "or record.state == 'failed' or record.state == 'cancelled'",
    to: '',
  },
  { without: 'redrive: once for each operation', from: 'if record.lastRedrive == ARGS.op then', to: 'if false then' },
  {
    without: 'redrive: only an open dead letter',
    from: 'if record.letterClass ~= ARGS.class and not isDelivery then',
    to: 'if false then',
  },
  {
    without: 'archived: only what is to be saved',
    from: "if record.state ~= 'archiving' and not alreadySucceeded and",
    to: 'if false and',
  },
  {
    without: 'unsaved: only its vehicle',
    from: 'if record.vehicle ~= ARGS.vehicle or not isTried then',
    to: 'if not isTried then',
  },
  {
    without: 'unsaved: one try is one try',
    from: "if num(record, 'archiveTries') ~= ARGS.tries then",
    to: 'if false then',
  },
  {
    without: 'unsaved: it is given up at last',
    from: 'if tries >= ARGS.leastTries and (ARGS.hopeless or nextAt',
    to: 'if false and (ARGS.hopeless or nextAt',
  },
  {
    without: 'purge: what is still being saved',
    from: "if not SETTLED[record.archiveState or ''] and not ARGS.force then",
    to: 'if false then',
  },
  {
    without: 'purge: an open dead letter',
    from: "if record.state == 'dead' and not ARGS.force then",
    to: 'if false then',
  },
  {
    without: 'purge: only what has ended',
    from: "if record.state ~= 'succeeded' and record.state ~= 'failed'",
    to: "if record.state == 'submitting' and record.state ~= 'failed'",
  },
  {
    without: 'requeue: compare and set',
    from: 'if record.vehicle ~= ARGS.vehicle and not again then',
    to: 'if false then',
  },
  {
    without: 'delivery_tried: only its vehicle',
    from: 'if record.noticeVehicle ~= ARGS.vehicle or not TRIED[record.noticeState] then',
    to: 'if not TRIED[record.noticeState] then',
  },
  {
    without: 'delivery_tried: one try is one try',
    from: "if num(record, 'noticeTries') ~= ARGS.tries then",
    to: 'if false then',
  },
  {
    without: 'a state has one index',
    from: "redis.call('ZREM', key('state:' .. record.state), record.id)\n  end\n  -- Denials",
    to: 'end\n  -- Denials',
  },
  {
    without: 'an end that is left drops its delivery',
    from: 'if not isEnded(record.state) then return dropDelivery(record) end',
    to: '',
  },
  {
    without: 'a dead letter that closes leaves its index',
    from: "redis.call('ZREM', key('letters:' .. class), record.id)",
    to: '',
  },
  { without: 'the dead are not watched', from: 'watch(record, nil)\n  enter', to: 'enter' },
  {
    without: 'what is queued again is watched',
    from: 'watch(record, math.min(deadlineAt, NOW + vehicleCheckMs))',
    to: '',
  },
];

export function mutationOf({ from, to }: Mutant): Mutation {
  return (source) => source.replace(from, () => to);
}
