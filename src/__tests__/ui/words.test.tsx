import { render } from '@testing-library/react';
import * as React from 'react';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { initialsOf } from '../../ui/avatar';
import { Banner } from '../../ui/banner';
import { PeopleStack } from '../../ui/people-stack';
import { relative } from '../../ui/time';
import { noticeName } from '../../ui/notice-name';
import { problemOf } from '../../ui/problem-words';
import { shortName } from '../../ui/words';
import { expectAccessible, HOSTILE, NOW, trans } from './fakes';

describe('Words about others', () => {
  it('a name is one line, cannot turn the text around, and is capped', () => {
    expect(shortName('a\nb\u202Ec\u0000d')).toBe('a b c d');
    expect(shortName('x'.repeat(500))).toHaveLength(80);
  });

  it('a name in a notice is short and keeps its ending, however long it is', () => {
    const name = noticeName(`${'x'.repeat(200)}-third.ipynb`);
    expect(name).toHaveLength(40);
    expect(name.endsWith('…xx-third.ipynb')).toBe(true);
    expect(noticeName('a\u202Eb.ipynb')).toBe('a b.ipynb');
  });

  it('every failure says what to do and whether trying again can help', () => {
    const unknown = problemOf(trans, new CommonsError('USER_UNKNOWN', 'bbo'));
    expect(unknown.text).toContain('Check the spelling');
    expect(unknown.text).toContain('(bbo)');
    expect(unknown.retry).toBe(false);
    expect(problemOf(trans, new CommonsError('LINK_ABSENT')).retry).toBe(true);
    expect(problemOf(trans, new Error('odd')).text).toBe('odd');
  });

  it('initials are of the first and the last word', () => {
    expect(initialsOf('Ada Augusta Lovelace')).toBe('AL');
    expect(initialsOf('bob')).toBe('B');
    expect(initialsOf('')).toBe('?');
    expect(initialsOf('😀 smile')).toBe('😀S');
  });

  it('a time says how far it is', () => {
    expect(relative('2026-03-13T12:00:00Z', NOW)).toBe('in 3 days');
    expect(relative('2026-03-10T11:58:00Z', NOW)).toBe('2 minutes ago');
    expect(relative('2026-03-10T12:00:20Z', NOW)).toBe('now');
  });
});

describe('PeopleStack', () => {
  it('names everybody, also those behind the number', async () => {
    const people = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve'].map(each => ({
      user: each.toLowerCase(),
      displayName: each
    }));
    const { container, getByRole, getByText } = render(
      <PeopleStack people={people} trans={trans} />
    );
    expect(getByRole('img').getAttribute('aria-label')).toBe(
      'Here now: Ada, Bob, Cleo, Dan, Eve'
    );
    expect(getByText('+2')).toBeTruthy();
    await expectAccessible(container);
  });

  it('a hostile name is text', () => {
    const { container } = render(
      <PeopleStack
        people={[{ user: HOSTILE, displayName: HOSTILE }]}
        trans={trans}
      />
    );
    expect(container.querySelector('img, b')).toBeNull();
  });
});

describe('Banner', () => {
  it('is accessible with buttons', async () => {
    const { container } = render(
      <Banner
        tone="warn"
        text={HOSTILE}
        actions={[{ label: 'Go', run: () => {} }]}
      />
    );
    expect(container.querySelector('img, b')).toBeNull();
    await expectAccessible(container);
  });
});
