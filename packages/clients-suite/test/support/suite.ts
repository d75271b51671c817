/** A client of the suite, as the table shows it. */
export interface SuiteClient {
  /** Name in the registry. */
  readonly name: string;
  readonly version: string;
  /** Further packages that it is installed with, each with its exact version. */
  readonly with?: readonly string[];
  /** A program of `clients/`. */
  readonly program: string;
  /** Arguments for Node before the program. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its kind, and which shape of the gateway it speaks. */
  readonly what: string;
  /** How its address and key are changed. */
  readonly by: string;
  /** Why it works entirely only in some surroundings. */
  readonly onlyWith?: string;
  /** What else a user has to know. */
  readonly note?: string;
}

/** Every client of the suite but those that a test of their own covers. */
export const SUITE: readonly SuiteClient[] = [
  {
    name: '@felores/kie-ai-mcp-server',
    version: '5.0.0',
    with: ['node-sqlite3-wasm@0.8.60'],
    program: 'mcp.mjs',
    what: 'MCP server; Kie',
    by: '`KIE_AI_BASE_URL`, `KIE_AI_FILE_UPLOAD_BASE_URL`, `KIE_AI_API_KEY`',
    note: 'Accepts an upload only by an `https` link: the gateway needs an `https` `PUBLIC_URL`. Set `KIE_AI_CALLBACK_URL`: its default is a host of the vendor. Here its `sqlite3` is replaced by one that needs no compiler.',
  },
  {
    name: 'ai-sprite-image-generator',
    version: '1.0.7',
    program: 'sprites.mjs',
    node: ['--import', './redirect.mjs'],
    what: 'library for pictures; Kie',
    by: 'the key as an argument; **the host is fixed**',
    onlyWith: 'a redirect',
    note: 'It has no setting for the address. Here `node --import` redirects its calls.',
  },
  {
    name: 'openai',
    version: '6.49.0',
    program: 'openai-steps.mjs',
    env: { PACKAGE: 'openai' },
    what: "SDK; OpenAI's videos",
    by: '`baseURL`, `apiKey`',
    note: 'Its repeated calls are charged once ([test](../../packages/clients-suite/test/campaign/openai-sdk.test.ts), with 7.x on Node 22 and newer).',
  },
  {
    name: 'portkey-ai',
    version: '3.1.0',
    program: 'openai-steps.mjs',
    env: { PACKAGE: 'portkey-ai' },
    what: "SDK with an older version of OpenAI's; OpenAI's videos",
    by: '`baseURL`, `apiKey`',
  },
  {
    name: '@tanstack/ai-openai',
    version: '0.23.1',
    with: ['@tanstack/ai@0.58.0'],
    program: 'tanstack.mjs',
    what: "SDK; OpenAI's videos",
    by: '`baseURL`, `apiKey`',
  },
];
