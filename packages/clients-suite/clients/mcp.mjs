// Speaks MCP with the server over stdio, as an editor or an agent does.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { assertMedia, fetched, print, step } from './steps.mjs';

const { BASE_URL, KEY, PROMPT, CALLBACK_URL, IMAGE = '' } = process.env;
const server = spawn(process.execPath, ['node_modules/@felores/kie-ai-mcp-server/dist/index.js'], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: {
    PATH: process.env.PATH,
    KIE_AI_API_KEY: KEY,
    KIE_AI_BASE_URL: `${BASE_URL}/api/v1`,
    KIE_AI_FILE_UPLOAD_BASE_URL: BASE_URL,
    KIE_AI_CALLBACK_URL: CALLBACK_URL,
    KIE_AI_DB_PATH: './tasks.db',
    KIE_AI_ALLOW_DIRECT_GENERATION: 'true',
  },
});

const waiting = new Map();
createInterface({ input: server.stdout }).on('line', (line) => {
  const { id, result, error } = JSON.parse(line);
  waiting.get(id)?.(error === undefined ? result : { isError: true, content: [{ text: JSON.stringify(error) }] });
});
let calls = 0;
const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
function request(method, params) {
  calls += 1;
  const id = calls;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    send({ id, method, params });
  });
}
async function tool(name, args) {
  const { isError, content } = await request('tools/call', { name, arguments: args });
  const text = content[0].text;
  if (isError) throw new Error(text);
  const answer = JSON.parse(text);
  if (answer.success === false) throw new Error(answer.error ?? text);
  return answer;
}
async function fetchResult(task) {
  const { result_urls: urls } = await tool('wait_for_task', {
    task_id: task.task_id,
    interval_seconds: 1,
    timeout_seconds: 10,
  });
  assertMedia(await fetched(urls[0]));
}

const clientInfo = { name: 'kieq', version: '1.0.0' };
await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
send({ method: 'notifications/initialized' });

const image = {
  file_base64: `data:image/png;base64,${(await readFile(IMAGE)).toString('base64')}`,
  file_name: 'cat.png',
};
const uploaded = await step('upload', () => tool('upload_file', image));
const clip = await step('create with the upload', () =>
  tool('kling_video', { prompt: PROMPT, image_urls: [uploaded.download_url] }),
);
await step('wait, fetch the result', () => fetchResult(clip));
const veo = await step('create with Veo', () =>
  tool('veo3_generate_video', { prompt: `${PROMPT}, Veo`, model: 'veo3_fast' }),
);
await step('wait for Veo, fetch the result', () => fetchResult(veo));
await step('reason of a refusal', async () => {
  const refused = { prompt: PROMPT, callBackUrl: 'ftp://example.com' };
  const error = await tool('kling_video', refused).catch((refusal) => refusal);
  if (!/callBackUrl/.test(error.message)) throw new Error(error.message);
});
print();
server.kill();
