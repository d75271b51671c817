import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const APPS = new URL('../../../apps/', import.meta.url);
const installed = (path) => realpathSync(fileURLToPath(new URL(path, APPS)));

/** Packages whose pages are shipped as files: they would bring a dozen packages, some of which want a newer Node. */
export const BOARD = installed('dashboard/node_modules/@bull-board/ui');
export const SWAGGER = installed('gateway/node_modules/@fastify/swagger-ui');

const BOARD_FILES = /apps[/\\]dashboard[/\\]src[/\\]board-files\.ts$/;
const OF_SWAGGER = /@fastify[/\\]swagger-ui[/\\](index|lib[/\\]routes)\.js$/;
const FOLDER = '\0kieq:swagger-folder';

/** Lets the modules that read these files find them next to the bundle: in `board` and `swagger-ui`. */
export function shippedPages() {
  return {
    name: 'shipped-pages',
    resolveId: { filter: { id: /^kieq:swagger-folder$/ }, handler: () => FOLDER },
    load: {
      filter: { id: [BOARD_FILES, /kieq:swagger-folder$/] },
      handler: (id) =>
        id === FOLDER ? folderModule('SWAGGER_FOLDER', './swagger-ui/') : folderModule('UI_FOLDER', './board/'),
    },
    transform: {
      filter: { id: OF_SWAGGER },
      handler(code, id) {
        if (!code.includes('__dirname')) throw new Error(`${id} finds its files in another way than it did`);
        const folder = `require('kieq:swagger-folder').SWAGGER_FOLDER`;
        const own = id.includes('routes') ? `path.join(${folder}, 'lib')` : folder;
        return { code: code.replaceAll('__dirname', own), map: null };
      },
    },
  };
}

function folderModule(name, path) {
  const code = `import { fileURLToPath } from 'node:url';\nexport const ${name} = fileURLToPath(new URL('${path}', import.meta.url));\n`;
  return { code, moduleType: 'js' };
}
