import { createHmac } from 'node:crypto';

/** Kie's callback signature: base64(HMAC-SHA256(`taskId.timestamp`, key)). The body is not signed. */
export function signCallback(taskId: string, timestampSeconds: number, key: string): string {
  return createHmac('sha256', key).update(`${taskId}.${timestampSeconds}`).digest('base64');
}
