import type { Incident } from '@jupyterlab-commons/protocol';
import { incidentWords } from '../../usage/incident-words';
import { HOSTILE, trans } from '../ui/fakes';

const GIB = 1024 ** 3;
const LOST = 'What it had in memory is lost, files are not.';

const incident = (change: Partial<Incident>): Incident => ({
  at: new Date(2026, 2, 10, 12, 30).getTime(),
  kind: 'out-of-memory',
  largest: [],
  ...change
});

beforeEach(() => {
  document.documentElement.lang = 'en-GB';
});

it.each<[string, Partial<Incident>, string, RegExp]>([
  [
    'a kernel that was ended for lack of memory',
    {
      name: 'analysis.ipynb',
      memory: 3 * GIB,
      peak: 3.5 * GIB,
      used: 3.9 * GIB,
      limit: 4 * GIB
    },
    'analysis.ipynb was ended for lack of memory',
    /^It used 3\.0 GB, at most 3\.5 GB\. Just before, the whole server used 3\.9 of 4\.0 GB of memory\. What it had/
  ],
  [
    'a process of unknown owner',
    {},
    'A process was ended for lack of memory',
    new RegExp(`^${LOST}`)
  ],
  [
    'a kernel of which only the peak is known',
    { name: 'a.ipynb', peak: GIB },
    'a.ipynb was ended for lack of memory',
    /^It had used up to 1\.0 GB\. /
  ],
  [
    'a kernel that died for another reason',
    { kind: 'kernel-died', name: 'a.ipynb', memory: GIB, peak: GIB },
    'The kernel of a.ipynb ended by itself',
    /^It used 1\.0 GB\. .* Lack of memory was not the reason/
  ],
  [
    'a server that was full',
    {
      kind: 'server-lost',
      used: 3.8 * GIB,
      limit: 4 * GIB,
      largest: [{ name: 'a.ipynb', memory: 3 * GIB }]
    },
    'Your server ended unexpectedly',
    /^a\.ipynb used most, 3\.0 GB\. .* Lack of memory is the likely reason\.$/
  ],
  [
    'a server that was not',
    { kind: 'server-lost', used: GIB, limit: 4 * GIB },
    'Your server ended unexpectedly',
    /The reason is not known from inside\./
  ]
])('%s', (_, change, title, body) => {
  const words = incidentWords(trans, incident(change));
  expect(words.title).toBe(title);
  expect(words.body).toMatch(body);
});

it('on one line: when, what, how much', () => {
  const { notice } = incidentWords(
    trans,
    incident({ name: 'analysis.ipynb', memory: 3 * GIB, peak: 4 * GIB })
  );
  expect(notice).toBe(
    '12:30: analysis.ipynb was ended for lack of memory. It used 3.0 GB, at most 4.0 GB.'
  );
});

it('a name chosen by somebody else stays one line that fits a notification', () => {
  const name = `${HOSTILE}${'y'.repeat(250)}`;
  for (const kind of ['out-of-memory', 'kernel-died', 'server-lost'] as const) {
    const { notice, title, body } = incidentWords(
      trans,
      incident({
        kind,
        name,
        memory: 3 * GIB,
        peak: 4 * GIB,
        largest: [{ name, memory: GIB }]
      })
    );
    expect(notice.length).toBeLessThanOrEqual(140);
    expect(`${notice}${title}${body}`).not.toMatch(/[\n\u202e]/);
  }
});
