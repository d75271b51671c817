// The health check of a container: node health.mjs <variable that has the port> [path]
// Exit code 0 where the process answers 200 within 4 s, 1 otherwise.
import { get } from 'node:http';

const [variable = '', path = '/healthz'] = process.argv.slice(2);
const url = `http://127.0.0.1:${process.env[variable]}${path}`;

process.exitCode = 1;
if (URL.canParse(url)) {
  const request = get(url, { signal: AbortSignal.timeout(4000) }, (response) => {
    if (response.statusCode === 200) process.exitCode = 0;
    request.destroy();
  });
  request.on('error', () => undefined);
}
