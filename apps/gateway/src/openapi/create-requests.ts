import { createRequestSchema } from '@kieq/kie';
import { z } from 'zod';

/**
 * The request of each known model, and that of every other one, for the document. The name makes those of its schemas:
 * `Kling26ImageToVideo` for `kling-2.6/image-to-video`.
 */
export const CREATE_REQUESTS = createRequestSchema.options.map(({ shape }) => {
  const name = shape.model instanceof z.ZodLiteral ? pascalCase(shape.model.value) : 'OtherModel';
  const input = shape.input.meta({ id: `${name}Fields`, description: 'What the model takes' });
  return { name, shape: { ...shape, input } };
});

function pascalCase(model: string): string {
  const words = model.replaceAll('.', '').split(/[^A-Za-z0-9]+/);
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('');
}
