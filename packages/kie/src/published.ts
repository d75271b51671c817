/*
 * What `@kieq/kie` is for services that install it. The index has more: what the other packages of this repository use,
 * some of it with types of zod, which no service installs.
 */
export { createKieClient } from './client.ts';
export type { KieClient } from './client.ts';
export type { KieClientOptions, RetryOptions } from './options.ts';
export type { CreateTaskOptions } from './create-task.ts';
export type { QueryOptions } from './queries.ts';
export type { CatalogueQuestion } from './catalogue.ts';
export type { Upload, UploadOptions } from './upload.ts';
export type { FileSource } from './multipart.ts';
export { onlyProxy, proxiesOf } from '@kieq/proxy';
export type { Proxies, ProxySettings } from '@kieq/proxy';

export { validateCreateRequest } from './create-request.ts';
export type { KieCreateRequest, Problem, RequestCheck } from './create-request.ts';

export { SUBMIT_CLASSES } from '@kieq/domain';
export type { Evidence, PollAnswer, SubmitAnswer, SubmitClass, TaskEcho, Verdict } from '@kieq/domain';
export { KIE_ERROR_CODES, KieError } from './errors.ts';
export type { KieErrorCode } from './errors.ts';
export { TRANSPORT } from './exchange.ts';

export { classifyPoll } from './classify-poll.ts';
export type { PollContext } from './classify-poll.ts';
export { classifySubmit } from './classify-submit.ts';
export type { Answer, Exchange, Failure, ResponseHeaders } from './exchange.ts';
export { createRedactor } from './redact.ts';
export type { Redactor } from './redact.ts';

export {
  callbackTaskId,
  signWebhook,
  verifyWebhook,
  WEBHOOK_SIGNATURE_HEADER,
  WEBHOOK_TIMESTAMP_HEADER,
  WEBHOOK_TOLERANCE_MS,
} from './webhook.ts';
export type { WebhookCheck, WebhookInput, WebhookRefusal } from './webhook.ts';
