import type { PollAnswer, SubmitAnswer } from '@kieq/domain';

import { catalogue, type CatalogueQuestion } from './catalogue.ts';
import type { KieCreateRequest } from './create-request.ts';
import type { CreateTaskOptions } from './create-task.ts';
import { createTask } from './create-task.ts';
import { downloadUrl } from './download-url.ts';
import type { KieClientOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import type { QueryOptions } from './queries.ts';
import { credits, recordInfo } from './queries.ts';
import { createRedactor } from './redact.ts';
import { createTransport } from './transport.ts';
import type { Upload, UploadOptions } from './upload.ts';
import { upload } from './upload.ts';

/** A client of one Kie account. It reads no environment and follows no redirect. */
export interface KieClient {
  /**
   * Submits one task: THE BILLABLE CALL, never retried. Never rejects.
   *
   * `not_sent` means that certainly no byte was written; as soon as one may have been, every outcome without a
   * classifiable response is `unknown` (docs/failure-modes/kie.md#answers-to-createtask).
   */
  createTask(request: KieCreateRequest, options: CreateTaskOptions): Promise<SubmitAnswer>;
  /**
   * Queries a task. Broken connections and 5xx pages are tried again quickly (option `retry`); whatever remains is
   * `trouble`, never a verdict. Rejects only where `permit` does.
   */
  recordInfo(taskId: string, options?: QueryOptions): Promise<PollAnswer>;
  /**
   * The account's balance in credits, fractional.
   * @throws KieError after the retries; at once for 401, 429 and other refusals.
   */
  credits(options?: QueryOptions): Promise<number>;
  /**
   * What Kie's own catalogue says: its models, or the schema or the price of one. Untrusted data in no documented form.
   * Kie allows one request per second per account for it, so pass a `permit`.
   * @throws KieError after the retries; at once for 401, 429 and other refusals.
   */
  catalogue(question: CatalogueQuestion, options?: QueryOptions): Promise<unknown>;
  /**
   * A link to a result, valid for 20 minutes; only for Kie's own result links. It is untrusted, as they are.
   * @throws KieError after the retries; at once for 401, 429 and other refusals.
   */
  downloadUrl(url: string, options?: QueryOptions): Promise<string>;
  /**
   * Uploads a file to where Kie can fetch it. Choose unique names: the same `fileName` overwrites.
   * @throws KieError after the retries, which upload the same file under the same name again.
   */
  upload(options: UploadOptions): Promise<Upload>;
  /** Refuses new calls, waits for the running ones (each ends by its own timeout), then closes pooled connections. */
  close(): Promise<void>;
}

/**
 * Creates a client.
 * @throws TypeError that names every wrong option together, and never the key.
 */
export function createKieClient(options: KieClientOptions): KieClient {
  const resolved = resolveOptions(options);
  const transport = createTransport(resolved);
  const context = { options: resolved, transport, redact: createRedactor(resolved.apiKey) };
  return {
    createTask: (request, taskOptions) => createTask(context, request, taskOptions),
    recordInfo: (taskId, queryOptions = {}) => recordInfo(context, taskId, queryOptions),
    credits: (queryOptions = {}) => credits(context, queryOptions),
    catalogue: (question, queryOptions = {}) => catalogue(context, question, queryOptions),
    downloadUrl: (url, queryOptions = {}) => downloadUrl(context, url, queryOptions),
    upload: (uploadOptions) => upload(context, uploadOptions),
    close: () => transport.close(),
  };
}
