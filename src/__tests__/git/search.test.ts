import { ago, iso, whole } from '../../git/ago';
import {
  endOfDay,
  NO_SEARCH,
  readSearch,
  startOfDay,
  writeSearch,
  wrongDay
} from '../../git/search';
import { NOW } from '../ui/fakes';

describe('The one field', () => {
  it('reads words, keys and quotes in any order', () => {
    expect(
      readSearch(
        'fix author:ana the "two words" since:2024-01-31 path:"my file.py" UNTIL:2024-02-01'
      )
    ).toEqual({
      text: 'fix the two words',
      author: 'ana',
      since: '2024-01-31',
      until: '2024-02-01',
      path: 'my file.py'
    });
  });

  it('asks for nothing while a key has no value, or a quote no end', () => {
    expect(readSearch('author:')).toEqual(NO_SEARCH);
    expect(readSearch('author: fix').text).toBe('fix');
    expect(readSearch('author:"ana b').author).toBe('ana b');
    expect(readSearch('   ')).toEqual(NO_SEARCH);
  });

  it('takes what looks like a key but is none as words', () => {
    expect(readSearch('http://x title:y').text).toBe('http://x title:y');
    expect(readSearch('__proto__:x constructor').text).toBe(
      '__proto__:x constructor'
    );
  });

  it('is written from a form such that it reads the same', () => {
    const search = {
      text: 'fix the plot',
      author: 'Ana B',
      since: '2024-01-31',
      until: '',
      path: 'a folder/x.py'
    };
    expect(readSearch(writeSearch(search))).toEqual(search);
    expect(
      readSearch(writeSearch({ ...search, author: 'A "B" C' })).author
    ).toBe('A B C');
    expect(writeSearch(NO_SEARCH)).toBe('');
  });

  it('says which day is none', () => {
    expect(wrongDay(readSearch('since:2024-02-30'))).toBe('since');
    expect(wrongDay(readSearch('until:yesterday'))).toBe('until');
    expect(wrongDay(readSearch('since:1950-01-01'))).toBe('since');
    expect(
      wrongDay(readSearch('since:2024-02-29 until:2024-03-01'))
    ).toBeNull();
  });

  it('takes a day from its first to its last moment, here', () => {
    const start = startOfDay('2024-03-31')!;
    const end = endOfDay('2024-03-31')!;
    expect(new Date(start).getHours()).toBe(0);
    expect(new Date(end).getDate()).toBe(31);
    expect(startOfDay('2024-04-01')).toBe(end + 1);
  });
});

describe('Dates', () => {
  const DAY = 86_400_000;

  it.each([
    [0, 'now'],
    [90_000, '1 minute ago'],
    [DAY, 'yesterday'],
    [6 * DAY, '6 days ago'],
    [20 * DAY, '2 weeks ago'],
    [70 * DAY, '2 months ago'],
    [364 * DAY, '11 months ago'],
    [800 * DAY, '2 years ago']
  ])('%d ms ago is said as "%s"', (apart, words) => {
    expect(ago(NOW - apart, NOW)).toBe(words);
  });

  it('that no calendar has do not break a row', () => {
    const latest = 2 ** 43 * 1000;
    expect(ago(latest, NOW)).toContain('in ');
    expect(whole(latest)).toBeTruthy();
    expect(iso(latest)).toBe('+275760-09-13T00:00:00.000Z');
  });
});
