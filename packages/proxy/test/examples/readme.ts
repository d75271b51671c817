import { agentsThrough, proxiesOf, shownProxy } from '../../src/index.ts';

declare const env: { httpProxy: string | undefined; httpsProxy: string | undefined; noProxy: string | undefined };

const proxies = proxiesOf(env); // httpProxy, httpsProxy, noProxy of @kieq/config
const { http, https } = agentsThrough(proxies, { keepAlive: true, tunnelMs: 5000 });
shownProxy(proxies, new URL('https://api.kie.ai')); // 'http://proxy.example:3128', without its password; undefined: directly

export { http, https };
