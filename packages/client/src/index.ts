export type { EnqueuedItem } from './enqueued-item.ts';
export { createClient, type CallOptions, type Client, type ClientOptions } from './client.ts';
export { KieqError, type KieqErrorCode, type KieqErrorDetails, type KnownErrorCode, type Money } from './error.ts';
export type * from './inputs.ts';
export type * from './types.ts';
export type { ImageFile, UploadedImage } from './upload.ts';
export { verifyWebhook, type VerifyOptions, type Webhook, type WebhookHeaders } from './webhook.ts';
