// The health check of a container: node health.mjs <variable that has the port> [path]
// Exit code 0 where the process answers 200 within 4 s, 1 otherwise.
const [variable = '', path = '/healthz'] = process.argv.slice(2);
const port = process.env[variable];

try {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
