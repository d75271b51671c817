import type { Asked, AskOptions, GatewayFixture } from './support.ts';
import { PNG } from './v1-images.ts';

export const STREAM = '/api/file-stream-upload';
export const BASE64 = '/api/file-base64-upload';
export const FROM_URL = '/api/file-url-upload';

/** As Kie's clients send it. */
export function streamForm(image: Buffer | undefined, texts: Readonly<Record<string, string>> = {}): FormData {
  const form = new FormData();
  if (image !== undefined) form.append('file', new Blob([new Uint8Array(image)]), 'photo.exe');
  for (const [name, text] of Object.entries(texts)) form.append(name, text);
  return form;
}

/** Uploads an image as a form. */
export function upload(gateway: GatewayFixture, options: AskOptions = {}, image: Buffer = PNG): Promise<Asked> {
  return gateway.ask(STREAM, { body: streamForm(image, { uploadPath: 'images' }), ...options });
}

/** The link of an image that is uploaded now. */
export async function uploadedLink(
  gateway: GatewayFixture,
  options: AskOptions = {},
  image: Buffer = PNG,
): Promise<string> {
  return (await upload(gateway, options, image)).body.data.downloadUrl;
}
