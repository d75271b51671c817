// `sqlite3` downloads or compiles its native part while it is installed. This has the four calls that the MCP server
// makes of it, over SQLite in WebAssembly: the server keeps its list of tasks there, and sends none of it.
const { Database: WasmDatabase } = require('node-sqlite3-wasm');

class Database {
  #database;

  constructor(path) {
    this.#database = new WasmDatabase(path);
  }

  serialize(work) {
    work();
  }

  run(...args) {
    this.#call('run', args);
  }

  get(...args) {
    this.#call('get', args);
  }

  all(...args) {
    this.#call('all', args);
  }

  #call(method, [sql, ...rest]) {
    const callback = rest.find((value) => typeof value === 'function');
    const values = rest.find((value) => Array.isArray(value)) ?? [];
    const outcome = attempt(() => this.#database[method](sql, values));
    queueMicrotask(() => callback?.(outcome.error ?? null, outcome.value));
  }
}

function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

module.exports = { Database };
