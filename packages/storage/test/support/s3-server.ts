import S3rver from 's3rver';
import { temporaryFolder } from './temporary-folder.ts';

export const BUCKET = 'kieq-test';

/** A real S3 server on a free loopback port; its data goes with it. */
export async function startS3Server(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await temporaryFolder();
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: folder.path,
    silent: true,
    vhostBuckets: false,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  const stop = async () => {
    server.httpServer.closeAllConnections();
    await server.close();
    await folder.remove();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
