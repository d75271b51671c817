/**
 * Receives the deliveries of kieq and checks both of their signatures.
 *
 *   WEBHOOK_SECRET=<GATEWAY_WEBHOOK_SECRET of the workers> PORT=9000 node examples/http/webhook-receiver.mjs
 *
 * For workers on this machine set KIEQ_ALLOW_PRIVATE_URLS=true for gateway and workers: by default they do not call
 * loopback addresses. The workers of `pnpm demo --keep` do; it prints their secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { WEBHOOK_SECRET: secret, PORT = '9000' } = process.env;
if (secret === undefined || secret === '') {
  console.error('Usage: WEBHOOK_SECRET=… [PORT=9000] node examples/http/webhook-receiver.mjs');
  process.exit(2);
}

const TOLERANCE_S = 300;

function equal(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isRecent(timestamp) {
  return Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_S;
}

/** Standard Webhooks: covers id, time and the body as received, so check it before parsing. */
function isSigned(headers, body) {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  const encoded = /^whsec_([A-Za-z0-9+/]{4,}={0,2})$/.exec(secret)?.[1];
  const key = encoded === undefined ? secret : Buffer.from(encoded, 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return isRecent(timestamp) && signatures.split(' ').some((signature) => equal(signature, `v1,${digest}`));
}

/** Kie's signature: covers only task id and time; the key is the whole text of the secret. */
function isSignedAsByKie(headers, taskId) {
  const { 'x-webhook-timestamp': timestamp = '', 'x-webhook-signature': signature = '' } = headers;
  const digest = createHmac('sha256', secret).update(`${taskId}.${timestamp}`).digest('base64');
  return isRecent(timestamp) && equal(signature, digest);
}

/** A delivery may arrive more than once. Store the ids with the results: this set is lost at a restart. */
const seen = new Set();

async function receive(request) {
  const body = await text(request);
  if (!isSigned(request.headers, body)) return 401;
  const { data } = JSON.parse(body);
  if (!isSignedAsByKie(request.headers, data.taskId)) return 401;
  const id = request.headers['webhook-id'];
  if (seen.has(id)) return 200;
  const urls = data.resultJson === null ? [] : JSON.parse(data.resultJson).resultUrls;
  console.log(JSON.stringify({ id, taskId: data.taskId, state: data.state, urls, failMsg: data.failMsg }));
  // Count a delivery as seen only after its result is saved. After any status but 2xx it is sent again.
  seen.add(id);
  return 200;
}

const server = createServer((request, response) => {
  void receive(request)
    .catch((error) => {
      console.error(String(error));
      return 500;
    })
    .then((status) => response.writeHead(status).end());
});
server.listen(Number(PORT), () => console.log(`listening on port ${server.address().port}`));
