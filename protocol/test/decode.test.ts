import {
  CommonsError,
  count,
  dictionary,
  documentInfo,
  flag,
  list,
  moment,
  nullable,
  oneOf,
  optional,
  partOf,
  record,
  text
} from '@jupyterlab-commons/protocol';

const detailOf = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return (error as CommonsError).detail;
  }
  return undefined;
};

describe('decoding what comes from outside', () => {
  const pair = record({ name: text(3), age: optional(count(0, 120)) });

  it('drops keys it does not know, so that a newer peer may add some', () => {
    expect(pair({ name: 'ada', age: 36, extra: true })).toEqual({
      name: 'ada',
      age: 36
    });
  });

  it('says which part is wrong', () => {
    expect(detailOf(() => list(pair)([{ name: 'ada' }, { name: 7 }]))).toMatch(
      /^body\[1\]\.name must be a text/
    );
  });

  it('names the place of what is wrong, however deep it is', () => {
    const team = dictionary(record({ members: nullable(list(pair)) }));
    const wrong = {
      blue: { members: [{ name: 'ada' }, { name: 'too long' }] }
    };
    const decode = record({ teams: optional(team) });
    expect(detailOf(() => decode({ teams: wrong }))).toMatch(
      /^body\.teams\.blue\.members\[1\]\.name must be a text/
    );
    expect(detailOf(() => partOf('entry 3', team)(wrong))).toMatch(
      /^entry 3\.blue\.members\[1\]\.name must be a text/
    );
  });

  it('leaves a missing optional key out', () => {
    expect(Object.keys(pair({ name: 'ada' }))).toEqual(['name']);
  });

  it('does not take what an object inherits for its own', () => {
    const given = Object.create({ name: 'ada' }) as unknown;
    expect(() => pair(given)).toThrow(CommonsError);
    expect(() => record({ constructor: text() })({})).toThrow(CommonsError);
  });

  it.each([
    ['a text that is too long', () => text(3)('abcd')],
    ['a fraction', () => count()(1.5)],
    ['not a number', () => count()(NaN)],
    ['a number as text', () => count()('1')],
    ['a flag as text', () => flag('true')],
    ['another word', () => oneOf(['a', 'b'])('c')],
    ['no date', () => moment('soon')],
    ['a list as object', () => record({})([])],
    ['null as object', () => record({})(null)],
    ['a list that is too long', () => list(flag, 1)([true, true])]
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('takes null only where it is said', () => {
    expect(nullable(flag)(null)).toBeNull();
    expect(() => flag(null)).toThrow(CommonsError);
  });

  it('refuses a document whose role is not one of ours', () => {
    expect(detailOf(() => documentInfo({ id: 'x', name: 'n' }))).toContain(
      'body.type'
    );
  });
});
