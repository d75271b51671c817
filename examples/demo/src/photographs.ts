import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKieClient } from '@kieq/kie';
import { IMAGES_DIR } from './places.ts';

export interface Photograph {
  readonly name: string;
  /** Where Kie can fetch it. */
  readonly url: string;
}

/** Puts the photographs of `examples/images` where Kie can fetch them, by Kie's own upload endpoint. */
export async function uploadPhotographs(options: {
  readonly apiKey: string;
  readonly kieUrl: string;
}): Promise<Photograph[]> {
  const kie = createKieClient({ apiKey: options.apiKey, baseUrl: options.kieUrl, uploadUrl: options.kieUrl });
  try {
    const files = (await readdir(IMAGES_DIR)).filter((file) => /\.(jpe?g|png)$/.test(file));
    return await Promise.all(
      files.map(async (file) => {
        // The same name would overwrite an older upload (KIE-FACTS.md, Other endpoints).
        const fileName = `${Date.now()}-${file}`;
        const { downloadUrl } = await kie.upload({
          file: await readFile(join(IMAGES_DIR, file)),
          fileName,
          uploadPath: 'kieq-demo',
        });
        return { name: file.replace(/\.\w+$/, ''), url: downloadUrl };
      }),
    );
  } finally {
    await kie.close();
  }
}
