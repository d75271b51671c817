import { z } from 'zod';

/** How a server answers: as docs/kie/api.md says, or as docs/kie/facts.md says that the real service does. */
export type Dialect = 'document' | 'wire';

/** What differs between the dialects. Everything that is not here is the same in both. */
interface Spoken {
  /** `data` of createTask's answer for this task; the document has no `recordId`, and the gateway has one in either case. */
  created(taskId: string): readonly object[];
  /** Words for a task that runs. */
  readonly running: readonly string[];
  /** What a field holds that does not apply to a task that runs. */
  readonly blank: readonly (null | '')[];
  /** What `failCode` and `failMsg` hold for a success. */
  readonly noFailure: null | '';
  /** Codes of a request whose parameters are wrong. */
  readonly refusals: readonly number[];
  /** `costTime` for a duration in milliseconds. */
  costTime(ms: number): number;
  /** The request in `param` of a task. */
  readParam(param: string): unknown;
  /** A request as `param` repeats it. */
  repeated(request: object): unknown;
}

const paramOnWire = z.object({ input: z.string().transform((text): unknown => JSON.parse(text)) }).loose();

export const SPOKEN: Readonly<Record<Dialect, Spoken>> = {
  document: {
    created: (taskId) => [{ taskId }, { taskId, recordId: taskId }],
    running: ['waiting'],
    blank: [null, ''],
    noFailure: null,
    refusals: [422],
    costTime: (ms) => ms,
    readParam: (param) => JSON.parse(param),
    repeated: (request) => request,
  },
  wire: {
    created: (taskId) => [{ taskId, recordId: taskId }],
    running: ['waiting', 'queuing', 'generating'],
    blank: [''],
    noFailure: '',
    refusals: [422, 500],
    costTime: (ms) => Math.round(ms / 1000),
    readParam: (param) => paramOnWire.parse(JSON.parse(param)),
    repeated: withoutDigitTexts,
  },
};

/** Texts of digits came back as numbers; nothing else changes. */
function withoutDigitTexts(request: object): unknown {
  return JSON.parse(JSON.stringify(request), (_name, value: unknown) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );
}
