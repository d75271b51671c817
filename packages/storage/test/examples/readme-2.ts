import { openBlobStore } from '../../src/index.ts';

declare const env: { archive: { kind: 'file'; path: string } };
declare const source: AsyncIterable<Buffer>;

const videos = openBlobStore(env.archive);
const draft = await videos.create('t/x.mp4', 'video/mp4', 'gen_1-1'); // nothing is visible yet
for await (const chunk of source) await draft.write(chunk);
await draft.commit(); // or draft.abort()
const stream = await videos.read('t/x.mp4', { start: 0, end: 99 }); // undefined: there is none

export { stream };
