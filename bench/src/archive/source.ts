import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { videoStream } from '@kieq/testkit';

/** A process of its own that serves videos of the length that the path names, in bytes: its work must not slow the reader's. */
const server = createServer(({ url = '' }, response) => {
  const bytes = Number(url.slice(1));
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': bytes });
  pipeline(videoStream(bytes), response, () => undefined);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${address.port}` })}\n`);
});
