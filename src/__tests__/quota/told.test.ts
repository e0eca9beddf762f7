import { Told } from '../../quota/told';
import { NOW } from '../ui/fakes';

const DAY = 86_400_000;
const KEY = 'gpu-month/80';

/** What a browser keeps for an origin; all its tabs see the same. */
class FakeStorage {
  readonly items = new Map<string, string>();
  get length(): number {
    return this.items.size;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    this.items.set(name, value);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

/** As the tabs of several processes see it: what others write comes late. */
class LateStorage extends FakeStorage {
  static readonly all: LateStorage[] = [];
  constructor() {
    super();
    LateStorage.all.push(this);
  }
  override setItem(name: string, value: string): void {
    super.setItem(name, value);
    setTimeout(
      () => LateStorage.all.forEach(each => each.items.set(name, value)),
      50
    );
  }
}

let store: FakeStorage;
const tab = (user = 'ada', kept: unknown = store) =>
  new Told(user, kept as Storage);

/** What each of them may tell, all asked at the same moment. */
async function claims(...asked: Promise<boolean>[]): Promise<boolean[]> {
  await jest.advanceTimersByTimeAsync(2000);
  return Promise.all(asked);
}

beforeEach(() => {
  store = new FakeStorage();
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('News', () => {
  it('is told by one of several tabs that hear it at once', async () => {
    const told = await claims(
      ...[tab(), tab(), tab()].map(each => each.claim(KEY))
    );
    expect(told.filter(Boolean).length).toBe(1);
  });

  it('is told by one of several tabs that do not see each other at once', async () => {
    const told = await claims(
      ...[1, 2, 3].map(() => tab('ada', new LateStorage()).claim(KEY))
    );
    expect(told.filter(Boolean).length).toBe(1);
  });

  it('is told once in one tab, also while that is being found out', async () => {
    const page = tab();
    expect(await claims(page.claim(KEY), page.claim(KEY))).toEqual([
      true,
      false
    ]);
  });

  it('is not told again after a reload', async () => {
    await claims(tab().claim(KEY));
    expect(await claims(tab().claim(KEY))).toEqual([false]);
  });

  it('of another key or for another person on this origin is told', async () => {
    await claims(tab().claim(KEY));
    expect(
      await claims(tab().claim('gpu-month/95'), tab('bob').claim(KEY))
    ).toEqual([true, true]);
  });

  it('is told by the page that somebody sees, where there is one', async () => {
    const seen = jest.spyOn(document, 'visibilityState', 'get');
    seen.mockReturnValue('hidden');
    const behind = tab().claim(KEY);
    seen.mockReturnValue('visible');
    const front = tab().claim(KEY);
    expect(await claims(behind, front)).toEqual([false, true]);
  });

  it('is told by a hidden page where no other is there', async () => {
    jest.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    expect(await claims(tab().claim(KEY))).toEqual([true]);
  });

  it('is told where the browser keeps nothing', async () => {
    const refusing = {
      ...new FakeStorage(),
      length: 0,
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('full');
      }
    };
    const told = [tab('ada', refusing), tab('ada', null)];
    expect(await claims(...told.map(each => each.claim(KEY)))).toEqual([
      true,
      true
    ]);
  });

  it('is remembered for two months, and no more of it than is needed', async () => {
    store.setItem('of somebody else', '1 0.5');
    for (let number = 0; number < 205; number++) {
      await claims(tab().claim(`key ${number}`));
    }
    expect(store.length).toBeLessThanOrEqual(202);
    jest.setSystemTime(NOW + 63 * DAY);
    await claims(tab().claim('new'));
    expect([...store.items.keys()]).toEqual([
      'of somebody else',
      'jupyterlab-commons:quota-told:ada:new'
    ]);
  });
});
