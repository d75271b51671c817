import { copyFile, openStore } from '../../src/index.ts';

declare const env: { uploadStore: undefined };
declare const bytes: Buffer;
declare function uploadLocationOf(env: unknown, given: { env: unknown }): { store: { kind: 'file'; path: string } };

const store = openStore(uploadLocationOf(env, { env: process.env }).store); // @kieq/config
await store.put('tenant-a/9f…/x.png', bytes, 'image/png');
const found = await store.get('tenant-a/9f…/x.png'); // undefined: there is none
await store.putNew('only-once', bytes, 'text/plain'); // false: there is one already
await copyFile(store, { from: 'tenant-a/9f…/x.png', to: 'tenant-a/9f…/y.png', contentType: 'image/png' }); // false: there is none
await store.remove('tenant-a/9f…/x.png');
await store.close();

export { found };
