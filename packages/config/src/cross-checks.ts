import { z } from 'zod';
import type { ConfigProblem } from './errors.ts';

const Dashboard = z.object({
  dashboardHost: z.string(),
  dashboardUser: z.string().optional(),
  dashboardPassword: z.string().optional(),
});

const Gateway = z.object({ gatewayHost: z.string(), gatewayApiKeys: z.array(z.unknown()).optional() });

/** Rules between keys; a rule whose keys are wrong by themselves, or were not asked for, stays silent. */
export function crossCheck(values: Readonly<Record<string, unknown>>): ConfigProblem[] {
  const dashboard = Dashboard.safeParse(values);
  const gateway = Gateway.safeParse(values);
  return [
    ...(dashboard.success ? checkDashboard(dashboard.data) : []),
    ...(gateway.success ? checkGateway(gateway.data) : []),
  ];
}

function checkGateway({ gatewayHost, gatewayApiKeys }: z.infer<typeof Gateway>): ConfigProblem[] {
  if (gatewayApiKeys !== undefined || isLoopback(gatewayHost)) return [];
  const rule = 'must be loopback unless GATEWAY_API_KEYS is set';
  return [{ key: 'GATEWAY_HOST', rule, received: gatewayHost }];
}

function checkDashboard({
  dashboardHost,
  dashboardUser,
  dashboardPassword,
}: z.infer<typeof Dashboard>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (dashboardPassword === undefined && !isLoopback(dashboardHost)) {
    problems.push({
      key: 'DASHBOARD_HOST',
      rule: 'must be loopback unless DASHBOARD_USER and DASHBOARD_PASSWORD are set',
      received: dashboardHost,
    });
  }
  if (dashboardUser !== undefined && dashboardPassword === undefined) {
    problems.push({ key: 'DASHBOARD_PASSWORD', rule: 'is required together with DASHBOARD_USER', received: undefined });
  }
  if (dashboardUser === undefined && dashboardPassword !== undefined) {
    problems.push({ key: 'DASHBOARD_USER', rule: 'is required together with DASHBOARD_PASSWORD', received: undefined });
  }
  return problems;
}

/** Whether only this machine can reach a server that listens on this address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}
