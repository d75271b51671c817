// Calls of OpenAI's SDK whose responses are cut: the SDK repeats them by itself.
import OpenAI, { toFile } from 'openai';

const { BASE_URL, KEY, MODEL, IMAGE_BASE64 = '', PROMPT } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: KEY });
const image = () => toFile(Buffer.from(IMAGE_BASE64, 'base64'), 'cat.png', { type: 'image/png' });
const create = async () =>
  client.videos.create({ model: MODEL, prompt: PROMPT, input_reference: await image(), seconds: '5' });

const made = await Promise.all([create(), create()]);
console.log(JSON.stringify(made.map(({ id }) => id)));
