export { isAbsent, withoutAbsent } from './absent.ts';
export { adviceOf } from './advice.ts';
export { callbackUrl, parseCallbackUrl } from './callback-url.ts';
export type { CallbackAddress } from './callback-url.ts';
export { classifyPoll } from './classify-poll.ts';
export type { PollContext } from './classify-poll.ts';
export { classifySubmit } from './classify-submit.ts';
export { createKieClient } from './client.ts';
export type { KieClient } from './client.ts';
export { createRequestSchema, PROMPT_LIMIT, validateCreateRequest } from './create-request.ts';
export type { KieCreateRequest, Problem, RequestCheck } from './create-request.ts';
export { KLING_DURATIONS, KLING_MODEL } from './kling.ts';
export type { CreateTaskOptions } from './create-task.ts';
export { KIE_ERROR_CODES, KieError } from './errors.ts';
export type { KieErrorCode } from './errors.ts';
export { TRANSPORT } from './exchange.ts';
export type { Answer, Exchange, Failure } from './exchange.ts';
export type { FileSource } from './multipart.ts';
export type { KieClientOptions, RetryOptions } from './options.ts';
export type { QueryOptions } from './queries.ts';
export { createRedactor, redactPatterns, shorten } from './redact.ts';
export type { Redactor } from './redact.ts';
export { parseByRules } from './rules.ts';
export type { Upload, UploadOptions } from './upload.ts';
export {
  callbackTaskId,
  signWebhook,
  verifyWebhook,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
  WEBHOOK_TOLERANCE_MS,
} from './webhook.ts';
export type { WebhookCheck, WebhookInput, WebhookRefusal } from './webhook.ts';
export type { SubmitAnswer } from '@kieq/domain';
