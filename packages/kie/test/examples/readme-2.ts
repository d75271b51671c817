import type { KieClient } from '@kieq/kie';

export async function waitForVideo(kie: KieClient, taskId: string): Promise<readonly string[]> {
  for (;;) {
    const answer = await kie.recordInfo(taskId);
    if (answer.kind === 'verdict') {
      if (answer.verdict.state === 'success') return answer.verdict.resultUrls;
      throw new Error(`the task failed: ${answer.verdict.failCode} ${answer.verdict.failMsg}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }
}
