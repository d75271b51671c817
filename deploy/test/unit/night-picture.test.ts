import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withPart } from '../../../packages/testkit/test/support/documents.ts';
import { read, readAlertGroups, ROOT } from '../support/files.ts';
import { isCritical, nightPicture } from '../support/night-picture.ts';
import { firstSentence, readRunbooks } from '../support/runbooks.ts';

const PAGE = 'docs/operations.md';
const PICTURE = 'docs/img/at-3-am.svg';

const groups = await readAlertGroups();
const runbooks = await readRunbooks();

test('the picture is drawn from the alert rules and their entries (mend with -u)', async () => {
  await expect(nightPicture(groups, runbooks)).toMatchFileSnapshot(join(ROOT, PICTURE));
  expect(await read(PAGE)).toContain(`](${PICTURE.replace('docs/', '')})`);
});

test('it has each critical alert once, and no other', () => {
  const rows = nightPicture(groups, runbooks).match(/fill="#c0392b"/g) ?? [];
  expect(rows).toHaveLength(groups.flatMap(({ rules }) => rules).filter(isCritical).length);
});

test('every group of rules has its question, and every alert its entry', () => {
  const [group] = groups;
  if (group === undefined) throw new Error('there are rules');
  expect(() => nightPicture([{ ...group, name: 'kieq-new' }], runbooks)).toThrow('no question for kieq-new');
  expect(() => nightPicture([group], [])).toThrow('has no entry');
});

test('the page links the entry of every alert (mend with -u)', async () => {
  const lists = groups.map(({ name, rules }) => {
    const links = rules.map((rule) => {
      const link = `[${rule.alert}](operations/alerts.md#${rule.alert.toLowerCase()})`;
      return isCritical(rule) ? `**${link}**` : link;
    });
    return `- ${name.replace('kieq-', '')}: ${links.join(', ')}\n`;
  });
  await expect(withPart(await read(PAGE), 'alerts', lists.join(''))).toMatchFileSnapshot(join(ROOT, PAGE));
});

test.each([
  ['Start one. It takes over.', 'Start one.'],
  ['[Top up](https://example.com/x.y); **soon**.', 'Top up; soon.'],
  ['`kieq dlq ls --class x`. Then more.', '`kieq dlq ls --class x`.'],
  ['Is it paused? Else more.', 'Is it paused?'],
  ['no end', 'no end'],
])('the first sentence of %j', (text, sentence) => {
  expect(firstSentence(text)).toBe(sentence);
});
