import type { SourceId } from './model.ts';

/** The sources of the facts, and the day on which each was read. None of them is an answer of Kie to this project. */
export const SOURCES: Readonly<Record<SourceId, { readonly what: string; readonly date: string }>> = {
  doc: { what: 'The API document that kieq implements to the letter (docs/kie/api.md)', date: '2026-11-28' },
  A: { what: "Kie's OpenAPI documents in English, as stored by a public client", date: '2026-08-19' },
  B: { what: "Kie's documentation pages, as stored by a public client", date: '2026-04-29' },
  C: { what: "Kie's documentation pages in Chinese, as stored by a public client", date: '2026-06-30' },
  P1: { what: "Kie's price list, as stored by a public client", date: '2026-06-30' },
  P2: {
    what: "A client's catalogue, which says that its prices are from Kie's model pages of that day",
    date: '2026-09-20',
  },
  P3: { what: "A client's file, which says that it copies Kie's price list of that day", date: '2026-10-07' },
  M: { what: 'Credits that a client measured with paid runs', date: '2026-09-28' },
  clients: { what: 'What public clients send; there is no official schema', date: '2026-11-30' },
};

/** USD of one credit (docs/kie/facts.md). */
export const USD_PER_CREDIT = 0.005;
