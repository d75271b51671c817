import { createOutbound } from '@kieq/outbound';
import { openBlobStore } from '@kieq/storage';
import { createArchive } from '../../src/index.ts';

declare const signal: AbortSignal;

const archive = createArchive({
  store: openBlobStore({ kind: 'file', path: '/srv/videos' }), // @kieq/storage
  outbound: createOutbound(), // @kieq/outbound
  maxBytes: 4_294_967_296,
  bytesPerSecond: 0, // no limit
  headMs: 30_000,
  stallMs: 30_000,
  totalMs: 3_600_000,
  posters: { ffmpeg: '/usr/bin/ffmpeg', limitMs: 30_000 }, // by default none are made
});
const place = { tenant: 'shop', createdAt: Date.now(), generation: 'gen_0123456789', n: 1 };
const found = await archive.save({ place, url: 'https://…/v.mp4', signal });
// { kind: 'saved', name, contentType, bytes, sha256, wasThere, warning? } | { kind: 'problem', code, evidence, retryAfterMs? }
if (found.kind === 'saved') await archive.poster(found);
// { kind: 'made', name, bytes } | { kind: 'none' } | { kind: 'failed', reason }
await archive.close();
