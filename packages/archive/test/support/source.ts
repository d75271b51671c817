import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { onTestFinished } from 'vitest';
import { videoStream } from '../../../testkit/src/video.ts';

export type Answering = (response: ServerResponse, request: IncomingMessage) => unknown;

/** A server of result files on loopback that ends with its test. */
export async function startSource(answer: Answering): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.on('error', () => undefined);
    answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    if (server.listening) await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

/** Sends a video of this length, made as it goes. */
export function sendVideo(
  response: ServerResponse,
  bytes: number,
  headers: Record<string, string | number> = {},
): void {
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes, ...headers });
  pipeline(videoStream(bytes), response, () => undefined);
}
