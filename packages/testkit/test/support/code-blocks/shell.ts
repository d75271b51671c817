/** A simple command of a script: what is assigned before it, and its words without quotes. */
export interface Command {
  readonly assigned: readonly (readonly [name: string, value: string])[];
  readonly words: readonly string[];
}

const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'do',
  'done',
  'while',
  'until',
  'in',
  '{',
  '}',
  '!',
]);
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/**
 * The simple commands of a script, those inside `$(…)` included. It knows quotes, comments, pipes, lists, redirections
 * and continued lines; `bash -n` has judged the syntax before.
 */
export function commandsIn(script: string): Command[] {
  const reader = new Reader(script.replaceAll('\\\n', ' '));
  return [...reader.commands()].flatMap(commandOf);
}

function commandOf(words: readonly string[]): Command[] {
  const rest = words.filter((word, i) => !(KEYWORDS.has(word) && words.slice(0, i).every((one) => KEYWORDS.has(one))));
  const first = rest.findIndex((word) => !ASSIGNMENT.test(word));
  const end = first === -1 ? rest.length : first;
  const assigned = rest.slice(0, end).map((word): [string, string] => {
    const [, name = '', value = ''] = ASSIGNMENT.exec(word) ?? [];
    return [name, value];
  });
  return rest.length === 0 ? [] : [{ assigned, words: rest.slice(end) }];
}

class Reader {
  readonly #text: string;
  #at = 0;
  /** Scripts inside `$(…)`, read after the one around them. */
  readonly #inner: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  *commands(): Generator<string[]> {
    let words: string[] = [];
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (char === ' ' || char === '\t') this.#at += 1;
      else if (char === '#') this.#to('\n');
      else if (/[|&;()\n]/.test(char)) {
        yield words;
        words = [];
        this.#at += 1;
      } else if (/^\d?[<>]/.test(this.#text.slice(this.#at, this.#at + 2))) this.#redirection();
      else words.push(this.#word());
    }
    yield words;
    for (const script of this.#inner) yield* new Reader(script).commands();
  }

  #to(end: string): string {
    const found = this.#text.indexOf(end, this.#at);
    const stop = found === -1 ? this.#text.length : found;
    const passed = this.#text.slice(this.#at, stop);
    this.#at = stop;
    return passed;
  }

  #redirection(): void {
    const { 0: sign = '' } = /^\d?[<>]+&?\s*/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += sign.length;
    this.#word();
  }

  /** One word, its quotes taken away. */
  #word(): string {
    let word = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (/[\s|&;()<>]/.test(char)) break;
      this.#at += 1;
      if (char === "'") word += this.#quoted("'");
      else if (char === '"') word += this.#quoted('"');
      else if (char === '\\') word += this.#text[this.#at++] ?? '';
      else if (char === '$' && this.#text[this.#at] === '(') word += this.#substitution();
      else word += char;
    }
    return word;
  }

  #quoted(quote: string): string {
    let inside = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      this.#at += 1;
      if (char === quote) break;
      if (quote === '"' && char === '\\') inside += this.#text[this.#at++] ?? '';
      else if (quote === '"' && char === '$' && this.#text[this.#at] === '(') inside += this.#substitution();
      else inside += char;
    }
    return inside;
  }

  #substitution(): string {
    const from = this.#at + 1;
    let open = 0;
    do {
      const char = this.#text[this.#at] ?? ')';
      if (char === '(') open += 1;
      if (char === ')') open -= 1;
      this.#at += 1;
      if (char === "'" || char === '"') this.#quoted(char);
    } while (open > 0);
    this.#inner.push(this.#text.slice(from, this.#at - 1));
    return '$()';
  }
}
