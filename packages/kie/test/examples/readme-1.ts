import { createKieClient, validateCreateRequest } from '@kieq/kie';

const kie = createKieClient({ apiKey: process.env['KIE_API_KEY'] ?? '' });

const checked = validateCreateRequest({
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
  callBackUrl: 'https://shop.example.com/kie/order-4711',
});
if (!checked.ok) throw new Error(checked.problems.map(({ field, rule }) => `${field} ${rule}`).join('; '));

const answer = await kie.createTask(checked.request, { sendDeadline: () => true, timeoutMs: 60_000 });
if (answer.class !== 'accepted') throw new Error(`${answer.class}: ${answer.evidence.summary}`);
console.log(answer.taskId); // save it before anything else can fail
await kie.close(); // waits for running calls, then closes the pooled connections
