import { vi } from 'vitest';

/** The only secret that s3rver knows. */
const KEY = 'S3RVER';

const STANDING = {
  AWS_ACCESS_KEY_ID: KEY,
  AWS_SECRET_ACCESS_KEY: KEY,
  AWS_REGION: 'eu-central-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** For a child process that inherits nothing else. */
export function awsEnvironment(endpoint: string): Record<string, string> {
  return { ...STANDING, AWS_ENDPOINT_URL_S3: endpoint };
}

/** The environment of a process that uses an S3 server of its own, and nothing of this machine's AWS configuration. */
export function stubAwsEnvironment(endpoint: string | undefined, others: Record<string, string | undefined> = {}) {
  const environment = {
    ...STANDING,
    AWS_ENDPOINT_URL: undefined,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    ...others,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}
