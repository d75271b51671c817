import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import type { Callers } from './callers.ts';
import { pass, subjectOf, type Passage } from './passing.ts';

/** The billable one has two points more: before its first byte, on a connection that stands, and behind its last one. */
const BILLABLE = 'POST createTask';

/** Every HTTP request of this process is a point: before it is made, and when the head of its answer is here. */
export function watchHttp(callers: Callers): void {
  const kie = new Set(['KIE_BASE_URL', 'KIE_UPLOAD_URL'].flatMap((key) => hostOf(process.env[key])));
  const watch = (request: ClientRequest): ClientRequest => {
    const what = nameOf(request, kie);
    const subject = subjectOf(() => [request.path]);
    const caller = callers.current() ?? subject.kind;
    const suffix = caller === undefined ? '' : `@${caller}`;
    const passage: Passage = { point: what + suffix, subject };
    pass(passage, 'before');
    request.prependOnceListener('response', () => pass(passage, 'after'));
    if (what === BILLABLE) watchWrite(request, { point: `write createTask${suffix}`, subject });
    return request;
  };
  for (const module of [http, https]) {
    const request = new Proxy(module.request, {
      apply: (original, self, args) => watch(Reflect.apply(original, self, args)),
    });
    Object.assign(module, { request });
  }
  syncBuiltinESMExports();
}

function watchWrite(request: ClientRequest, passage: Passage): void {
  const connected = (): void => pass(passage, 'before');
  request.prependOnceListener('socket', (socket: Socket) => {
    if (socket.connecting) socket.prependOnceListener('connect', connected);
    else connected();
  });
  const end = new Proxy(Reflect.get(request, 'end'), {
    apply: (original, self, args) => {
      const ended: unknown = Reflect.apply(original, self, args);
      pass(passage, 'after');
      return ended;
    },
  });
  Object.assign(request, { end });
}

function hostOf(url: string | undefined): string[] {
  return url === undefined || url === '' ? [] : [new URL(url).host];
}

/** Such as `POST createTask`, `GET recordInfo`, `GET results` of a file, `POST webhook` to a caller. */
function nameOf(request: ClientRequest, kie: ReadonlySet<string>): string {
  const { method } = request;
  if (!kie.has(String(request.getHeader('host')))) return `${method} ${method === 'POST' ? 'webhook' : 'link'}`;
  const parts = new URL(request.path, 'http://kie').pathname.split('/').filter((part) => part !== '');
  const isFile = /\.\w+$/.test(parts.at(-1) ?? '');
  return `${method} ${(isFile ? parts[0] : parts.at(-1)) ?? ''}`;
}
