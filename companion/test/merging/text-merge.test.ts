/** Three texts become one, and nothing that anybody wrote is dropped in silence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diff } from '../../src/merging/sequence-diff.ts';
import { editsBetween, mergeText } from '../../src/merging/text-merge.ts';
import { randomFrom, seedOf } from '../chance.ts';

const seed = seedOf('text-merge');

const cases: Record<
  string,
  [base: string, live: string, outside: string, merged: string | null]
> = {
  'one side alone': ['a\nb\n', 'a\nb\n', 'a\nc\n', 'a\nc\n'],
  'the other side alone': ['a\nb\n', 'a\nc\n', 'a\nb\n', 'a\nc\n'],
  'both the same': ['a', 'b', 'b', 'b'],
  'lines far apart': [
    '1\n2\n3\n4\n5\n',
    '1x\n2\n3\n4\n5\n',
    '1\n2\n3\n4\n5y\n',
    '1x\n2\n3\n4\n5y\n'
  ],
  'lines beside each other': [
    'a = 1\nb = 2\n',
    'a = 3\nb = 2\n',
    'a = 1\nb = 4\n',
    'a = 3\nb = 4\n'
  ],
  'words of one line': [
    'plot(data, color=1)',
    'plot(data, color=1, size=2)',
    'plot(rows, color=1)',
    'plot(rows, color=1, size=2)'
  ],
  'a line typed below the last one, which was changed outside': [
    'load(a, b, c)',
    'load(a, b, c)\nshow()',
    'load(a, b, d)',
    'load(a, b, d)\nshow()'
  ],
  'the same word, in two ways': ['x = 1', 'x = 2', 'x = 3', null],
  'something typed in a line that is gone outside': [
    'a\nb c d\n',
    'a\nb c d e\n',
    'a\n',
    null
  ],
  'something typed behind a line that is gone outside, most of which is left': [
    'k l m n\nb',
    'k l m n\nb c',
    'k l m n',
    null
  ],
  'two lines put at one place': ['', 'a\n', 'b\n', null],
  'all of it, in two ways': ['a b c', 'd e f g', 'h i', null],
  'digits are no text to be mixed': ['n = 100', 'n = 1000', 'n = 200', null]
};

for (const [name, [base, live, outside, merged]] of Object.entries(cases)) {
  test(`a text changed on two sides: ${name}`, () => {
    const { text, conflicts } = mergeText(base, live, outside);
    assert.equal(text, merged ?? live);
    assert.equal(conflicts.length > 0, merged === null);
  });
}

test('a conflict in one place keeps the live words there, and takes the rest', () => {
  const { text, taken, conflicts } = mergeText(
    'x = 1\n\n\ny = 1\n',
    'x = 2\n\n\ny = 1\n',
    'x = 3\n\n\ny = 4\n'
  );
  assert.equal(text, 'x = 2\n\n\ny = 4\n');
  assert.equal(taken, 1);
  assert.deepEqual(conflicts, ['x = 2\n']);
});

test('pairs of surrogates are never cut', () => {
  const { text } = mergeText('a 😀 b', 'a 😁 b', 'a 😀 c');
  assert.equal(text, 'a 😁 c');
  for (const { put } of editsBetween('a 😀 b', 'a 😁 b')) {
    assert.equal(put, '😁');
  }
});

/** Some lines of a few words, so that much is equal by chance. */
function someText(random: (below: number) => number): string {
  return Array.from(
    { length: random(9) },
    () =>
      Array.from({ length: 1 + random(4) }, () => 'abcde'[random(5)]).join(
        ' '
      ) + (random(5) ? '\n' : '')
  ).join('');
}

test('edits make one text of the other, whatever they are', () => {
  const random = randomFrom(seed);
  for (let run = 0; run < 500; run++) {
    const [before, after] = [someText(random), someText(random)];
    let text = before;
    for (const { at, take, put } of editsBetween(before, after)) {
      text = text.slice(0, at) + put + text.slice(at + take);
    }
    assert.equal(text, after, `COMMONS_SEED=${seed} run ${run}`);
  }
});

test('differences are found in long lists too, and are never more than all', () => {
  const random = randomFrom(seed);
  const before = Array.from({ length: 4000 }, () => String(random(3000)));
  const after = before.flatMap(item =>
    random(4) ? [item] : [String(random(3000)), item].slice(random(3))
  );
  const out = [...before];
  for (const { from, to, start, end } of diff(before, after).reverse()) {
    out.splice(from, to - from, ...after.slice(start, end));
  }
  assert.deepEqual(out, after);
});

test('swapped sides are in conflict at the same places, and where there is none agree', () => {
  const random = randomFrom(seed);
  for (let run = 0; run < 500; run++) {
    const [base, live, outside] = [
      someText(random),
      someText(random),
      someText(random)
    ];
    const one = mergeText(base, live, outside);
    const other = mergeText(base, outside, live);
    const place = `COMMONS_SEED=${seed} run ${run}`;
    assert.equal(one.conflicts.length, other.conflicts.length, place);
    if (one.conflicts.length === 0) {
      assert.equal(one.text, other.text, place);
    }
  }
});
