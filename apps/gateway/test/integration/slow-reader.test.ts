import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyRequest } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../../../packages/testkit/src/until.ts';
import { addRequestOver, whenMade, whenOver } from '../../src/request-over.ts';

test('the input of a response is released although its client reads nothing', async () => {
  const app = fastify();
  addRequestOver(app);
  let seen: FastifyRequest | undefined;
  const ended: string[] = [];
  app.get('/', (request) => {
    seen = request;
    whenMade(request, () => ended.push('made'));
    whenOver(request, () => ended.push('over'));
    // More than any buffer on the way takes.
    return 'x'.repeat(64 * 1024 * 1024);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(
    () => seen?.made?.aborted ?? false,
    (isMade) => isMade,
  );
  expect(ended).toEqual(['made']);
  socket.destroy();
  await until(
    () => seen?.over?.aborted ?? false,
    (isOver) => isOver,
  );
  expect(ended).toEqual(['made', 'over']);
});
