import { build } from 'rolldown';

/** GitHub's own parser. It imports JSON files in a way that Node refuses, so it is bundled first. */
const { output } = await build({
  input: '@actions/workflow-parser',
  cwd: import.meta.dirname,
  // Without anything of Node, which a data address cannot load.
  platform: 'browser',
  write: false,
});
const code = Buffer.from(output[0].code).toString('base64');
const parser = (await import(`data:text/javascript;base64,${code}`)) as typeof import('@actions/workflow-parser');

/** What is wrong with a workflow: unknown and missing keys, wrong kinds of values, broken expressions. */
export async function errorsOf(name: string, content: string): Promise<string[]> {
  const { context, value } = parser.parseWorkflow({ name, content }, new parser.NoOperationTraceWriter());
  if (value !== undefined) await parser.convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(String);
}
