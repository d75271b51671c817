import type { SimulatorOptions } from './configuration.ts';
import type { Task } from './records.ts';
import { type CreateRequest, parseJson } from './request.ts';
import type { LiveTask } from './tasks.ts';

/** `data` of recordInfo and of callbacks. */
export interface RecordData {
  readonly taskId: string;
  readonly model: string;
  readonly state: string;
  readonly param: string;
  readonly resultJson: string | null;
  readonly failCode: string | null;
  readonly failMsg: string | null;
  readonly costTime: number | null | '';
  readonly completeTime: number | null | '';
  readonly createTime: number;
  readonly successFlag?: 0 | 1 | 3;
  readonly response?: unknown;
  readonly creditsConsumed?: number;
}

/** A task as Kie reports it at `nowMs`; `origin` starts the link of its result. */
export function recordOf(task: LiveTask, options: SimulatorOptions, origin: string, nowMs: number): RecordData {
  const blank: null | '' = options.blankFields === 'null' ? null : '';
  const ended = task.status !== 'running';
  const succeeded = task.status === 'success';
  const record = {
    taskId: task.taskId,
    model: task.model,
    state: stateWord(task, options, nowMs),
    param: paramOf(task.request, options),
    resultJson: succeeded ? (task.fate.resultJson ?? resultOf(task, origin)) : blank,
    failCode: task.failCode ?? blank,
    failMsg: task.failMsg ?? blank,
    costTime: ended ? costOf(task, options) : blank,
    completeTime: ended ? (task.endsAtMs ?? blank) : blank,
    createTime: task.createTimeMs,
  };
  const whole = options.newerFields ? { ...record, ...newerFieldsOf(task, record.resultJson) } : record;
  const shown = succeeded ? { ...whole, ...task.fate.more } : whole;
  if (!ended || !options.creditsConsumed) return shown;
  return { ...shown, creditsConsumed: succeeded ? task.credits : 0 };
}

/** What newer answers carry as well (docs/kie/facts.md#recordinfo). */
function newerFieldsOf(task: Task, resultJson: string | null): Pick<RecordData, 'successFlag' | 'response'> {
  if (task.status === 'running') return { successFlag: 0, response: null };
  if (task.status === 'fail') return { successFlag: 3, response: null };
  return { successFlag: 1, response: parseJson(resultJson) ?? null };
}

function resultUrl(taskId: string, origin: string): string {
  return `${origin}/results/${taskId}.mp4`;
}

function resultOf(task: Task, origin: string): string {
  return JSON.stringify({ resultUrls: [resultUrl(task.taskId, origin)] });
}

/** Waiting for the first tenth of its time, queuing up to a quarter, then generating; a task without an end keeps generating. */
function stateWord(task: Task, options: SimulatorOptions, nowMs: number): string {
  if (task.status !== 'running') return task.status;
  if (options.states === 'waiting') return 'waiting';
  if (task.endsAtMs === null) return 'generating';
  const part = (nowMs - task.createTimeMs) / (task.endsAtMs - task.createTimeMs);
  if (part < 0.1) return 'waiting';
  return part < 0.25 ? 'queuing' : 'generating';
}

/** The whole create request, `callBackUrl` included. */
function paramOf(request: CreateRequest, { paramInput, paramNumbers }: SimulatorOptions): string {
  const input = JSON.stringify(request.input, paramNumbers === 'loose' ? asNumber : undefined);
  return JSON.stringify({ ...request, input: paramInput === 'object' ? JSON.parse(input) : input });
}

function asNumber(_name: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

function costOf(task: Task, options: SimulatorOptions): number {
  const ms = (task.endsAtMs ?? task.createTimeMs) - task.createTimeMs;
  return options.costTime === 'seconds' ? Math.round(ms / 1000) : ms;
}
