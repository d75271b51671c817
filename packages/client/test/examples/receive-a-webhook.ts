import { KieqError, verifyWebhook } from '@kieq/client';

/** A handler of a serverless function. The second secret is the one before a rotation. */
export async function receive(request: Request, secrets: readonly string[]): Promise<Response> {
  try {
    const { id, generation, resultUrls } = await verifyWebhook(secrets, request.headers, await request.text());
    console.log(id, generation, resultUrls);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (error instanceof KieqError) return new Response(error.message, { status: 401 });
    throw error;
  }
}
