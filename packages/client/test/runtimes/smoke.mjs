// What every runtime must do, against the stand-in gateway of scripts/runtimes.mjs.

/**
 * @param client the module `@kieq/client`
 * @param url of the stand-in
 * @returns one line
 */
export async function smoke({ createClient, KieqError, verifyWebhook }, url) {
  const client = createClient({ url, apiKey: 'kq-smoke' });
  const states = [];
  const image = await client.upload(new Uint8Array([1, 2, 3]));
  const generation = await client.generate(
    'm',
    { image_urls: [image] },
    { onUpdate: ({ state }) => states.push(state) },
  );
  same(generation.resultUrls, ['https://x.test/1.mp4']);
  same(states, ['queued', 'generating', 'succeeded']);
  const [one] = await client.enqueueMany([{ model: 'm', input: { prompt: 'x' } }]);
  same(one.ok, true);
  const refused = await client.get('gen_other').catch((error) => error);
  same([refused instanceof KieqError, refused.code, refused.status], [true, 'not_found', 404]);
  const away = createClient({ url: 'http://127.0.0.1:1', maxRetries: 0 });
  const unreachable = await away.enqueue('m', {}).catch((error) => error);
  same([unreachable.code, unreachable.money], ['unreachable', 'unknown']);
  const stopped = await client.wait('gen_slow', { timeoutMs: 100 }).catch((error) => error);
  same([stopped.code, stopped.id], ['timeout', 'gen_slow']);
  const body = '{"code":200,"msg":"success","data":{"taskId":"gen_1"}}';
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,iu/xoE+mT59r2Jsl6IVZl3qp6PyW0Pv1/7e4EnpLrrM=',
  };
  const options = { now: 1_614_265_330_000 };
  const webhook = await verifyWebhook(['other', 'a plain secret'], headers, body, options);
  same(webhook.generation, 'gen_1');
  const forged = await verifyWebhook('other', headers, body, options).catch((error) => error);
  same(forged.code, 'webhook_invalid');
  return 'client works';
}

function same(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`found ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
