/** Q4: the file of policies: what it says, and what to write where it cannot be used. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import {
  isUnclear,
  profileOf,
  readPolicySet
} from '../../src/quota/policy-file.ts';
import { policyText } from './hub-people.ts';

/** The problems, each as `line: message`. */
function problems(text: string): string[] {
  const read = readPolicySet(text);
  assert.equal(read.set === null, read.problems.length > 0);
  return read.problems.map(({ line, message }) => `${line}: ${message}`);
}

const head = 'profiles: [{name: all, cpu: 1, gpus: 1, gpu: A100}]\npolicies:\n';
const policy = (more: string) =>
  `${head}  - {name: a, resource: server-hours, limit: 1, window: {calendar: day}, ${more}}\n`;

describe('a file that can be used', () => {
  it('is YAML or JSON, and says the same in both', () => {
    const set = {
      timezone: 'Europe/Berlin',
      policies: [
        {
          name: 'a',
          resource: 'server-hours',
          limit: 1.5,
          window: { rolling: '30d' },
          for: { group: 'lab' },
          at: { '80%': 'notice', 100: ['refuse-start', 'stop'] },
          grace: '90s'
        }
      ]
    };
    const yaml =
      'timezone: Europe/Berlin\npolicies:\n  - name: a\n    resource: server-hours\n    limit: 1.5\n    window: {rolling: 30d}\n    for: {group: lab}\n    at: {80%: notice, 100: [refuse-start, stop]}\n    grace: 90s\n';
    const [fromJson, fromYaml] = [
      readPolicySet(JSON.stringify(set)),
      readPolicySet(yaml)
    ];
    assert.deepEqual(fromJson.set, fromYaml.set);
    assert.deepEqual(fromYaml.set?.policies[0], {
      name: 'a',
      title: 'a',
      resource: 'server-hours',
      gpu: null,
      limit: 1.5,
      window: { kind: 'rolling', seconds: 30 * 86_400 },
      scope: { kind: 'group', name: 'lab' },
      pool: 'member',
      combine: 'max',
      source: 'hub',
      thresholds: [
        { percent: 80, actions: ['notice'], graceSeconds: 0 },
        { percent: 100, actions: ['refuse-start', 'stop'], graceSeconds: 90 }
      ]
    });
  });

  it('without thresholds notices at 50, 80 and 95 percent, and refuses starts at 100', () => {
    const [first] = readPolicySet(policyText).set!.policies;
    assert.deepEqual(
      first?.thresholds.map(({ percent, actions }) => [percent, ...actions]),
      [
        [50, 'notice'],
        [80, 'notice'],
        [95, 'notice'],
        [100, 'refuse-start']
      ]
    );
  });

  it('may say things once by anchors', () => {
    const text = `${head}  - &a {name: a, resource: server-hours, limit: 1, window: &w {calendar: day}}\n  - {name: b, resource: gpu-hours, limit: 1, window: *w}\n`;
    assert.deepEqual(
      readPolicySet(text).set?.policies.map(({ window }) => window.kind),
      ['calendar', 'calendar']
    );
  });

  it('gives sizes as the hub does', () => {
    const read = readPolicySet(
      'profiles: [{name: a, memory: 1.5G}]\npolicies: [{name: h, resource: storage-gib, limit: 2T, source: home}]\nmeters: [{name: home, resource: storage-gib, filesystem: [repquota, -a]}]'
    );
    assert.equal(read.set?.profiles[0]?.memoryBytes, 1.5 * 1024 ** 3);
    assert.equal(read.set?.policies[0]?.limit, 2048);
  });
});

it('the example of the admin guide can be used, and its tables name every key', async () => {
  const guide = await readFile(
    new URL('../../../docs/admin-guide.md', import.meta.url),
    'utf8'
  );
  const section = guide.slice(
    guide.indexOf('## Limits'),
    guide.indexOf('## Stopping')
  );
  const read = readPolicySet(/```yaml\n([^]*?)```/.exec(section)![1]!);
  assert.deepEqual(read.problems, []);
  assert.equal(read.set?.policies.length, 4);
  const keys = readPolicySet(
    'profiles: [{x: 1}]\npolicies: [{x: 1}]\nmeters: [{x: 1}]\nx: 1'
  )
    .problems.flatMap(({ message }) => [
      ...message.matchAll(/has no key `x`: use (.*)/g)
    ])
    .flatMap(([, list]) =>
      [...list!.matchAll(/`([^`]+)`/g)].map(([, key]) => key!)
    );
  assert.ok(keys.length > 25);
  for (const key of keys) {
    assert.match(section, new RegExp(`\\b${key}\\b`), key);
  }
});

describe('what cannot be used is told by line, with what to write instead', () => {
  const cases: [text: string, says: RegExp][] = [
    ['', /^0: the file is empty; to have no policies write `policies: \[\]`$/],
    ['# nothing', /^0: the file says nothing/],
    ['- a', /^1: the file must be keys with values/],
    [
      'policies: [',
      /^1: a bracket, a quotation mark, a comma or a colon is missing$/
    ],
    ['policies: []\n\tx: 1', /^2: indent with spaces, not with tabs$/],
    [
      'policies: []\npolicies: []',
      /^2: this key stands there twice; keep one of them$/
    ],
    ['policies: []\n---\npolicies: []', /^2: the file must hold one document/],
    [
      'policies: []\npolices: []',
      /^2: the file has no key `polices`: did you mean `policies`\?$/
    ],
    [
      'timezone: Europe/Berln\npolicies: []',
      /^1: there is no time zone `Europe\/Berln`; did you mean `Europe\/Berlin`\?$/
    ],
    [
      'timezone: 5\npolicies: []',
      /^1: `timezone` must be a text in quotation marks; write for example `timezone: Europe\/Berlin`$/
    ],
    ['contact: x', /needs `policies`; write for example `policies: \[\]`$/],
    [
      policy('limt: 5'),
      /^3: a policy has no key `limt`: did you mean `limit`\?$/
    ],
    [
      policy('').replace('limit: 1', 'limit: -1'),
      /^3: `limit` must be a number from 0 to 1000000000; write for example `limit: 100`$/
    ],
    [
      policy('').replace('limit: 1', 'limit: 1e300'),
      /`limit` must be a number/
    ],
    [policy('').replace('limit: 1', 'limit: .nan'), /`limit` must be a number/],
    [policy('').replace('limit: 1', 'limit: 1h'), /`limit` must be a number/],
    [
      policy('').replace('limit: 1,', ''),
      /^3: a policy needs `limit`; write for example `limit: 100`$/
    ],
    [
      policy('').replace('server-hours', 'gpu-hour'),
      /^3: `resource` must be .*; did you mean `gpu-hours`\?$/
    ],
    [
      policy('').replace('calendar: day', 'calendar: year'),
      /^3: `calendar` must be `day`, `week` or `month`$/
    ],
    [
      policy('').replace('calendar: day', 'rolling: 30'),
      /^3: `rolling` must be a time with a unit; write for example `window: \{rolling: 30d\}`$/
    ],
    [
      policy('').replace('calendar: day', 'rolling: 10000d'),
      /`rolling` must be from `1m` to `366d`$/
    ],
    [
      policy('').replace('{calendar: day}', 'now'),
      /`window: now` goes with `storage-gib` only/
    ],
    [
      policy('').replace('calendar: day', 'calendar: day, rolling: 1d'),
      /exactly one of rolling, calendar and balance/
    ],
    [
      policy('').replace('calendar: day', 'balance: {refill: 2, cap: 5}'),
      /`balance` needs `every`; write for example `every: week`/
    ],
    [
      policy('').replace(
        'calendar: day',
        'balance: {refill: 2, every: day, cap: 5}'
      ),
      /take one of them away/
    ],
    [
      policy('for: lab'),
      /`for` must be `everyone`, a group or a user; write for example `for: \{group: research\}`/
    ],
    [policy('for: {group: a, user: b}'), /must name one group or one user/],
    [
      policy('at: {0: notice}'),
      /`0` is no threshold; write a whole number of percent from 1 to 1000/
    ],
    [
      policy('at: {50: warn}'),
      /what a threshold does must be `notice`, `refuse-start` or `stop`/
    ],
    [policy('at: {50: notice, 50%: stop}'), /names a threshold twice/],
    [policy('grace: 2d'), /`grace` is at most `1d`/],
    [
      policy('grace: 5'),
      /`grace` must be a time with a unit; write for example `grace: 10m`/
    ],
    [
      policy('pool: shared, combine: max'),
      /a shared pool stands for itself; take `combine` away/
    ],
    [
      policy('gpu: A100'),
      /`gpu` goes with `resource: gpu-hours` only; take it away/
    ],
    [policy('source: hom'), /there is no meter `hom`; add it to `meters`/],
    [policy('title: "a\\u0000b"'), /characters that cannot be seen/],
    [
      policy('')
        .replace('server-hours', 'storage-gib')
        .replace(', window: {calendar: day}', ''),
      /write `source:` and the name of a meter/
    ],
    [
      policy('').replace('server-hours', 'credits'),
      /no profile says how much `credits` a server takes/
    ],
    [
      policy('gpu: H100').replace('server-hours', 'gpu-hours'),
      /no profile has the GPU `H100`; profiles have `A100`/
    ],
    [
      'profiles: [{name: a}, {name: a, match: {p: x}}]\npolicies: []',
      /two profiles have the name `a`/
    ],
    [
      'profiles: [{name: a}, {name: b}]\npolicies: []',
      /the profiles `a` and `b` have no `match`, so only the first would ever count/
    ],
    [
      'profiles: [{name: a, memory: 64}]\npolicies: []',
      /`memory` must be a number with a unit; write for example `memory: 64G`/
    ],
    [
      'profiles: [{name: a, gpus: 1.5}]\npolicies: []',
      /`gpus` must be a whole number from 0 to 1024/
    ],
    [
      'profiles: [{name: a, gpu: A100}]\npolicies: []',
      /the profile has no GPUs; add `gpus: 1`/
    ],
    [
      'profiles: [{name: a, match: {p: 5}}]\npolicies: []',
      /the option `p` must be a text in quotation marks/
    ],
    [
      'meters: [{name: m, resource: cpu-hours}]\npolicies: []',
      /a meter needs exactly one of `prometheus`, `command`, `slurm` and `filesystem`/
    ],
    [
      'meters: [{name: hub, resource: cpu-hours, command: [x]}]\npolicies: []',
      /a meter with the name `hub` is there already/
    ],
    [
      'meters: [{name: m, resource: cpu-hours, prometheus: {url: "file:///x", query: q}}]\npolicies: []',
      /`url` must be an http or https address/
    ]
  ];
  for (const [text, says] of cases) {
    it(JSON.stringify(text.replace(head, '').slice(0, 90)), () => {
      const found = problems(text);
      assert.ok(
        found.some(each => says.test(each)),
        JSON.stringify(found)
      );
    });
  }

  it('all at once, in the order of the lines', () => {
    const found = problems(
      'timezone: Nowhere\nprofiles:\n  - {name: a, cpu: -1}\npolicies:\n  - {name: p, resource: x, limit: y, window: z}\n  - {nam: q}\n'
    );
    const lines = found.map(each => Number(each.split(':')[0]));
    assert.deepEqual([...new Set(lines)], [1, 3, 5, 6]);
    assert.deepEqual(
      lines,
      [...lines].sort((a, b) => a - b)
    );
  });

  it('two policies of one name, with the line of the first', () => {
    const one =
      '  - {name: a, resource: server-hours, limit: 1, window: {calendar: day}}\n';
    assert.deepEqual(problems(`${head}${one}${one}`), [
      '4: the policy of line 3 has the name `a` too; give one of them another'
    ]);
  });
});

describe('a file that was made to do harm', () => {
  const bombs: [string, string][] = [
    ['brackets in brackets', '['.repeat(300_000)],
    ['objects in objects', '{a: '.repeat(100_000)],
    ['lists in lists', '- '.repeat(100_000)],
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}]`
        )
        .join('\n')}\npolicies: *j\n`
    ],
    ['an alias of itself', 'policies: &a [*a, *a]\n'],
    ['a foreign type', 'policies: !!js/function "() => 1"\n'],
    ['a binary', '\u0000\u0001\u0002'],
    ['thousands of policies', `policies:\n${'  - {name: a}\n'.repeat(5_000)}`],
    ['a million bytes and more', ' '.repeat(1_000_001)],
    [
      'the prototype',
      'profiles: [{name: a, match: {__proto__: {x: y}}}]\npolicies: []\n__proto__: {a: 1}\n'
    ]
  ];
  for (const [what, text] of bombs) {
    it(`${what} is refused in a few sentences`, () => {
      const found = problems(text);
      assert.ok(found.length >= 1 && found.length <= 100, String(found.length));
      assert.ok(found.every(each => each.length < 520));
      if (/^(?:brackets|objects|lists) in /.test(what)) {
        // They are not even parsed: that would take long.
        assert.match(found.join(), /^0: .* lie too deep in each other$/);
      }
      assert.equal(({} as Record<string, unknown>).a, undefined);
    });
  }
});

describe('the profile of a server', () => {
  const { profiles } = readPolicySet(
    'profiles:\n  - {name: rest}\n  - {name: big, match: {profile: gpu, size: "2"}}\n  - {name: small, match: {profile: gpu}}\npolicies: []'
  ).set!;
  const named = (options: Record<string, unknown>) =>
    profileOf(profiles, options)?.name;

  it('is the first that fits in the order of the file, else the one that asks nothing', () => {
    assert.equal(named({ profile: 'gpu', size: 2, more: 'x' }), 'big');
    assert.equal(named({ profile: 'gpu', size: '3' }), 'small');
    assert.equal(named({ profile: 'cpu' }), 'rest');
    assert.equal(named({}), 'rest');
    assert.equal(profileOf(profiles.slice(1), {}), null);
  });

  it('is unclear only where what cannot be read could decide', () => {
    const unclear = (options: Record<string, string>, ...unread: string[]) =>
      isUnclear(profiles, options, unread);
    assert.equal(unclear({}, 'profile'), true);
    assert.equal(unclear({ profile: 'gpu' }, 'size'), true);
    assert.equal(unclear({ profile: 'cpu' }, 'size'), false);
    assert.equal(unclear({ profile: 'gpu', size: '2' }, 'modules'), false);
    assert.equal(unclear({ profile: 'gpu' }), false);
    assert.equal(
      isUnclear([profiles[2]!, profiles[1]!], { profile: 'gpu' }, ['size']),
      false,
      'another fits before'
    );
  });
});
