import { z } from 'zod';
import type { ConfigProblem } from './errors.ts';

const Dashboard = z.object({
  dashboardHost: z.string(),
  dashboardPublicUrl: z.string().optional(),
  dashboardUser: z.string().optional(),
  dashboardPassword: z.string().optional(),
  dashboardViewerUser: z.string().optional(),
  dashboardViewerPassword: z.string().optional(),
});

const Gateway = z.object({ gatewayHost: z.string(), gatewayApiKeys: z.array(z.unknown()).optional() });

const Archive = z.object({ archiveMode: z.enum(['wait', 'at-once']), archive: z.unknown() });

/** Rules between keys; a rule does not apply where one of its keys is invalid or was not requested. */
export function crossCheck(values: Readonly<Record<string, unknown>>): ConfigProblem[] {
  const dashboard = Dashboard.safeParse(values);
  const gateway = Gateway.safeParse(values);
  const archive = Archive.safeParse(values);
  return [
    ...(dashboard.success ? checkDashboard(dashboard.data) : []),
    ...(gateway.success ? checkGateway(gateway.data) : []),
    ...(archive.success && 'archive' in values ? checkArchive(archive.data) : []),
  ];
}

function checkGateway({ gatewayHost, gatewayApiKeys }: z.infer<typeof Gateway>): ConfigProblem[] {
  if (gatewayApiKeys !== undefined || isLoopback(gatewayHost)) return [];
  const rule = 'must be loopback unless GATEWAY_API_KEYS is set';
  return [{ key: 'GATEWAY_HOST', rule, received: gatewayHost }];
}

function checkArchive({ archiveMode, archive }: z.infer<typeof Archive>): ConfigProblem[] {
  if (archive !== undefined) return [];
  return [{ key: 'ARCHIVE_URL', rule: `is required for ARCHIVE_MODE=${archiveMode}`, received: undefined }];
}

function checkDashboard(values: z.infer<typeof Dashboard>): ConfigProblem[] {
  const { dashboardHost, dashboardUser, dashboardPassword, dashboardViewerUser, dashboardViewerPassword } = values;
  const problems: ConfigProblem[] = [];
  if (dashboardPassword === undefined && !isLoopback(dashboardHost)) {
    problems.push({
      key: 'DASHBOARD_HOST',
      rule: 'must be loopback unless DASHBOARD_USER and DASHBOARD_PASSWORD are set',
      received: dashboardHost,
    });
  }
  // A proxy is in front then, and some proxies cannot be distinguished from this machine.
  if (values.dashboardPublicUrl !== undefined && dashboardPassword === undefined) {
    problems.push({
      key: 'DASHBOARD_PASSWORD',
      rule: 'is required together with DASHBOARD_PUBLIC_URL',
      received: undefined,
    });
  }
  problems.push(
    ...checkPair(['DASHBOARD_USER', dashboardUser], ['DASHBOARD_PASSWORD', dashboardPassword]),
    ...checkPair(
      ['DASHBOARD_VIEWER_USER', dashboardViewerUser],
      ['DASHBOARD_VIEWER_PASSWORD', dashboardViewerPassword],
    ),
  );
  // Without an operator's login every client is an operator, so a viewer's login would protect nothing.
  if (dashboardViewerUser !== undefined && dashboardUser === undefined)
    problems.push({
      key: 'DASHBOARD_USER',
      rule: 'is required together with DASHBOARD_VIEWER_USER',
      received: undefined,
    });
  if (dashboardViewerUser !== undefined && dashboardViewerUser === dashboardUser)
    problems.push({
      key: 'DASHBOARD_VIEWER_USER',
      rule: 'must differ from DASHBOARD_USER',
      received: dashboardViewerUser,
    });
  return problems;
}

type Named = readonly [key: string, value: string | undefined];

/** Reports one of two keys without the other. */
function checkPair([user, userValue]: Named, [password, passwordValue]: Named): ConfigProblem[] {
  if ((userValue === undefined) === (passwordValue === undefined)) return [];
  const [missing, given] = userValue === undefined ? [user, password] : [password, user];
  return [{ key: missing, rule: `is required together with ${given}`, received: undefined }];
}

/** Whether only this machine can reach a server that listens on this address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}
