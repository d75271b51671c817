interface Answer {
  readonly data: { readonly taskId: string; readonly state: string; readonly resultJson: string };
}

/** Stands for the service that is tested: orders one video, waits for it, and downloads it. */
export async function makeVideo(kieUrl: string, prompt: string): Promise<Buffer> {
  const input = { prompt, image_urls: ['https://example.com/cat.png'], sound: false, duration: '5' };
  const body = JSON.stringify({ model: 'kling-2.6/image-to-video', input });
  const created = await answerOf(fetch(`${kieUrl}/api/v1/jobs/createTask`, { method: 'POST', body }));
  for (;;) {
    const { data } = await answerOf(fetch(`${kieUrl}/api/v1/jobs/recordInfo?taskId=${created.data.taskId}`));
    if (data.state === 'success') return videoIn(data.resultJson);
  }
}

async function videoIn(resultJson: string): Promise<Buffer> {
  const { resultUrls } = read<{ resultUrls: readonly [string] }>(resultJson);
  return Buffer.from(await (await fetch(resultUrls[0])).arrayBuffer());
}

async function answerOf(call: Promise<Response>): Promise<Answer> {
  return read<Answer>(await (await call).text());
}

/** JSON that the example knows the shape of. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type, as with fetch's json()
function read<Value>(text: string): Value {
  return JSON.parse(text);
}
