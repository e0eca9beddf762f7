import {
  linkNews,
  linkRequest,
  mergePatch,
  newsKindOf,
  usageFrame,
  usageHistory,
  usageRequest,
  usageSample,
  type CommonsError
} from '@jupyterlab-commons/protocol';
import history from '../fixtures/usage-history.json';
import linked from '../fixtures/link-sample.json';
import lost from '../fixtures/link-before.json';
import sample from '../fixtures/usage-sample.json';

type Json = Record<string, unknown>;

const copy = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

/** The value with one place changed; `undefined` takes the key away. */
function changed(value: unknown, place: string, to: unknown): Json {
  const result = copy(value);
  const keys = place.split('/');
  const last = keys.pop()!;
  const holder = keys.reduce<Json>((at, key) => at[key] as Json, result);
  holder[last] = to;
  return copy(result);
}

const wrongPlace = (call: () => unknown): string | undefined => {
  try {
    call();
  } catch (error) {
    return (error as CommonsError).detail;
  }
  return undefined;
};

const kernel = Object.keys(sample.consumers)[0]!;

describe('what is not reported', () => {
  const card = Object.keys(sample.gpus)[0]!;

  it.each([
    ...Object.keys(sample.memory).map(key => `memory/${key}`),
    ...Object.keys(sample.cpu).map(key => `cpu/${key}`),
    'disk',
    'network',
    'network/received',
    `consumers/${kernel}/memory`,
    `consumers/${kernel}/gpus`,
    `gpus/${card}/busy`,
    `gpus/${card}/memoryUsed`
  ])('U1 %s may be absent, and stays absent', place => {
    const without = changed(sample, place, undefined);
    expect(usageSample(without)).toEqual(without);
  });

  it.each(['memory/used', 'cpu/used', `gpus/${card}/busy`, 'disk/used'])(
    'U1 %s is never null',
    place => {
      const said = wrongPlace(() => usageSample(changed(sample, place, null)));
      expect(said).toContain(place.replaceAll('/', '.'));
    }
  );

  it('U1 null says one thing only: that a GPU is held together with others', () => {
    const shared = changed(sample, `consumers/${kernel}/gpus`, { '0': null });
    expect(usageSample(shared).consumers[kernel]!.gpus).toEqual({ '0': null });
  });

  it('U4 a patch cannot say null, which is why a whole sample is sent then', () => {
    const patch = { consumers: { [kernel]: { gpus: { '0': null } } } };
    const patched = usageSample(mergePatch(sample, patch));
    expect(patched.consumers[kernel]!.gpus).not.toHaveProperty('0');
  });

  it('in the history null stands for a step that is not known', () => {
    expect(
      usageHistory(changed(history, 'memory', [1, null, 3]))
    ).toMatchObject({ memory: [1, null, 3] });
  });
});

describe('keys from outside', () => {
  const hostile = JSON.parse(
    `{"__proto__": {"kind": "rest", "name": "x"}, "constructor": {"kind": "rest", "name": "y"}}`
  ) as Json;

  it('never become a prototype, and stay data where they are harmless', () => {
    const { consumers } = usageSample({ ...copy(sample), consumers: hostile });
    expect(Object.getPrototypeOf(consumers)).toBe(Object.prototype);
    expect(Object.keys(consumers)).toEqual(['constructor']);
    expect(({} as { kind?: string }).kind).toBeUndefined();
  });

  it('of a patch reach nothing either', () => {
    const patched = mergePatch(copy(sample), { consumers: hostile });
    expect(Object.keys(usageSample(patched).consumers)).not.toContain(
      '__proto__'
    );
    expect(({} as { kind?: string }).kind).toBeUndefined();
  });

  it('that are not known are dropped, so that a newer server may add some', () => {
    expect(usageSample({ ...copy(sample), weather: 'rain' })).toEqual(sample);
    expect(usageRequest({ view: 'panel', zoom: 3 })).toEqual({ view: 'panel' });
    expect(usageFrame({ sound: 1 })).toEqual({});
  });
});

describe('bounds', () => {
  const many = (count: number, item: unknown) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`k${index}`, item])
    );
  const consumer = { kind: 'rest', name: 'x' };
  const [heard] = linked.sample.consumers;

  it.each<[string, string, unknown]>([
    ['memory/used', 'below zero', -1],
    ['memory/used', 'half a byte', 1.5],
    ['memory/used', 'past what a number can hold', 2 ** 53],
    ['memory/pressure', 'more than everything', 100.1],
    ['cpu/used', 'ten million cores', 1e7],
    ['cpu/used', 'a text', '1'],
    ['where', 'a word that is not known', 'moon'],
    ['problems', 'a code that is not known', ['NO_SUCH_PROBLEM']],
    ['consumers', '1001 of them', many(1001, consumer)],
    ['consumers', 'a list', [consumer]],
    [`consumers/${kernel}/name`, '256 characters', 'x'.repeat(256)],
    ['gpus', '129 of them', many(129, Object.values(sample.gpus)[0])],
    ['disk/folders', '21 of them', Array(21).fill({ name: '', bytes: 0 })]
  ])('of a sample: %s may not be %s', (place, _, value) => {
    expect(() => usageSample(changed(sample, place, value))).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' })
    );
  });

  it.each<[string, string, unknown]>([
    ['boot', '65 characters', 'x'.repeat(65)],
    ['boot', 'absent', undefined],
    ['seq', 'below zero', -1],
    ['seq', 'a fraction', 0.5],
    ['seconds', 'null', null],
    ['cpuSeconds', 'below zero', -0.1],
    ['memoryByteSeconds', 'a text', '1e9'],
    ['gpuHeldSeconds', 'absent', undefined],
    ['gpus', '1025', 1025],
    ['busy', 'a number', 1],
    ['consumers', '21 of them', Array(21).fill(heard)]
  ])('U9 of a sample over the link: %s may not be %s', (place, _, value) => {
    const news = changed(linked, `sample/${place}`, value);
    expect(() => linkNews(news)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' })
    );
    const before = changed(lost, `lost/sample/${place}`, value);
    expect(() => linkRequest(before)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST' })
    );
  });
});

describe('news of a newer server', () => {
  it('U13 is told apart from a mistake', () => {
    expect(newsKindOf({ news: 'weather', sample: 1 })).toBeNull();
    expect(newsKindOf({ news: 'constructor' })).toBeNull();
    expect(newsKindOf({ news: 'goodbye' })).toBe('goodbye');
    for (const mistake of [{ news: 7 }, {}, null, [], 'news']) {
      expect(() => newsKindOf(mistake)).toThrow(
        expect.objectContaining({ code: 'BAD_REQUEST' })
      );
    }
  });
});
