import { agentsThrough, NO_PROXIES } from '@kieq/proxy';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { loadSdk } from './drivers.ts';
import { StorageError } from './errors.ts';
import type { S3Options } from './limits.ts';

/**
 * A client by the standard configuration of AWS: environment, profile files, instance or container role.
 * @throws StorageError without a region
 */
export async function createClient(place: string, limits: S3Options): Promise<S3Client> {
  const { S3Client } = await loadSdk();
  const config = clientConfig(limits);
  const client = new S3Client(config);
  if (await hasRegion(client)) return client;
  client.destroy();
  // Other services than Amazon's have no regions, but a signature must name one.
  if (hasOwnEndpoint()) return new S3Client({ ...config, region: 'us-east-1' });
  throw new StorageError(`${place}: the region of the bucket is unknown; set AWS_REGION`);
}

function clientConfig(options: S3Options): S3ClientConfig {
  const { connectTimeoutMs, requestTimeoutMs, attempts, proxies = NO_PROXIES } = options;
  const agents = agentsThrough(proxies, { keepAlive: true, maxSockets: 50, tunnelMs: connectTimeoutMs });
  return {
    maxAttempts: attempts,
    // Outside of Amazon, a bucket rarely has its own host name.
    forcePathStyle: hasOwnEndpoint(),
    // Many services store the chunked bodies of the newer checksums unchanged. The signature covers the body already.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
    },
  };
}

/** The SDK reads the same variables, and treats an empty one as absent. */
function hasOwnEndpoint(): boolean {
  const { AWS_ENDPOINT_URL_S3: ofS3, AWS_ENDPOINT_URL: ofAll } = process.env;
  return (ofS3 ?? '') !== '' || (ofAll ?? '') !== '';
}

async function hasRegion(client: S3Client): Promise<boolean> {
  try {
    await client.config.region();
    return true;
  } catch {
    return false;
  }
}
