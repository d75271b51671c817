// What a client can do, one step after the other; each is told as done or with its error.
const steps = [];

/** Runs one step. A failure is told, and the steps that need its value are told as not done. */
export async function step(name, work) {
  try {
    const value = await work();
    steps.push({ name, ok: true });
    return value;
  } catch (error) {
    steps.push({ name, ok: false, why: String(error?.message ?? error).slice(0, 300) });
    return undefined;
  }
}

/** The first bytes of an MP4 or a PNG; anything else is no result. */
export function assertMedia(bytes) {
  const head = Buffer.from(bytes).subarray(0, 8).toString('latin1');
  if (head.slice(4) !== 'ftyp' && head.slice(1, 4) !== 'PNG') throw new Error(`no video and no image: ${head}`);
}

/** The bytes behind a link. */
export async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status} for the result`);
  return response.arrayBuffer();
}

/** Asks until there is an answer. */
export async function polled(ask, everyMs = 200) {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Prints the steps; to be called once, at the end. */
export function print() {
  console.log(JSON.stringify({ steps }));
}
