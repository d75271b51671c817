export type { Group } from './catalogue.ts';
export { isLoopback } from './cross-checks.ts';
export { ConfigError, type ConfigProblem } from './errors.ts';
export { parseEnvironment, type Environment, type RawEnvironment } from './parse-environment.ts';
export { accountFingerprint, poolSettings, type PoolSettings } from './pool-settings.ts';
export { ENVIRONMENT, environmentTable, secretValues, type EnvironmentEntry } from './table.ts';
export type { StoreUrl } from './url-forms.ts';
export type { GatewayKey, IntentDurability } from './word-forms.ts';
export { settingsText } from './settings-text.ts';
