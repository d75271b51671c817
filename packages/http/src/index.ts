export { isUsable, whenConnected } from './connection.ts';
export { listen, type Listener } from './listen.ts';
export { openRequest, type HttpRequest, type Trust } from './open-request.ts';
export { requestHead, type Head } from './request-head.ts';
export { HTTP_TRANSPORT, transportCode } from './transport.ts';
