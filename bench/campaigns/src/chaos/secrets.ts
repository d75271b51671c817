import { randomBytes } from 'node:crypto';
import { TEST_KEY } from '@kieq/testkit';

/** Everything that no log line may ever show. */
export interface Secrets {
  readonly accountKey: string;
  /** Of Kie's callbacks. */
  readonly webhookKey: string;
  /** Of the callbacks to callers. */
  readonly callerSecret: string;
  /** Keys of the gateway by tenant; `*` is an operator. */
  readonly gatewayKeys: Readonly<Record<Tenant | '*', string>>;
  readonly dashboardPassword: string;
}

export const TENANTS = ['shop', 'studio'] as const;
export type Tenant = (typeof TENANTS)[number];

export function mintSecrets(): Secrets {
  const mint = (): string => randomBytes(24).toString('hex');
  return {
    accountKey: TEST_KEY,
    webhookKey: mint(),
    callerSecret: mint(),
    gatewayKeys: { shop: mint(), studio: mint(), '*': mint() },
    dashboardPassword: mint(),
  };
}

/** Those that are the same for the whole campaign; the tokens of attempts come on top. */
export function secretValues({ gatewayKeys, ...others }: Secrets): string[] {
  return [...Object.values(others), ...Object.values(gatewayKeys)];
}

export const DASHBOARD_USER = 'operator';

/** The part of a process's environment that is secret. */
export function secretEnvironment(secrets: Secrets): Readonly<Record<string, string>> {
  return {
    KIE_API_KEY: secrets.accountKey,
    KIE_WEBHOOK_HMAC_KEY: secrets.webhookKey,
    GATEWAY_WEBHOOK_SECRET: secrets.callerSecret,
    GATEWAY_API_KEYS: Object.entries(secrets.gatewayKeys)
      .map(([tenant, key]) => `${key}:${tenant}`)
      .join(),
    DASHBOARD_USER,
    DASHBOARD_PASSWORD: secrets.dashboardPassword,
  };
}
