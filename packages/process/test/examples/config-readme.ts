import { createLogger } from '@kieq/telemetry';
import { parseEnvironment, poolSettings, secretValues } from '@kieq/config';

const env = parseEnvironment(process.env, ['redis', 'kie', 'pool', 'files', 'worker']);
const logger = createLogger({ name: 'worker', level: env.logLevel, secrets: secretValues(process.env) });
const settings = poolSettings(env);

export { logger, settings };
