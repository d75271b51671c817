import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression asks for. */
export interface Queried {
  /** Series with the labels that their matchers name. */
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels in `by`, `without`, `on`, `ignoring`. */
  readonly groupings: readonly string[];
  /** Parts that are no PromQL. */
  readonly errors: readonly string[];
}

/**
 * Reads an expression, of an alert or of a Grafana panel.
 * Grafana's variable for a range is taken for five minutes.
 */
export function readPromql(expression: string): Queried {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const series: { name: string; labels: string[] }[] = [];
  const groupings: string[] = [];
  const errors: string[] = [];
  const path: string[] = [];
  parser.parse(text).iterate({
    enter({ name, from, to }) {
      const part = text.slice(from, to);
      if (name === '⚠') errors.push(part === '' ? `at ${from}` : part);
      if (name === 'VectorSelector') series.push({ name: '', labels: [] });
      const selected = path.includes('VectorSelector') ? series.at(-1) : undefined;
      if (name === 'Identifier' && selected?.name === '') selected.name = part;
      if (name === 'LabelName') (path.includes('GroupingLabels') ? groupings : (selected?.labels ?? [])).push(part);
      path.push(name);
    },
    leave() {
      path.pop();
    },
  });
  return { series, groupings, errors };
}
