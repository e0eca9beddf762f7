import { expect, test } from '../src/fixtures.ts';
import { Commons } from '../src/commons.ts';
import { Writer } from '../src/writer.ts';

// After so many crashes servers wait longer and longer before they call again.
test.use({ hubName: 'crashes' });

const KILLS = Number(process.env.COMMONS_KILLS ?? 45);
const WRITERS = 3;

/** Signs in as soon as the companion answers again. */
async function signInWhenItRuns(
  hubUrl: string,
  token: string
): Promise<Commons> {
  let commons: Commons | null = null;
  await expect(async () => {
    commons = await Commons.signIn(hubUrl, token);
  }).toPass({ timeout: 30_000 });
  return commons!;
}

test(`C1 ${KILLS} crashes of the companion while programs write: no answered edit is lost, none and no cell is doubled`, async ({
  hub
}) => {
  test.setTimeout(60_000 + KILLS * 10_000);
  const made = await hub.api('POST', 'users/alice/tokens');
  const { token } = made.body as { token: string };
  const session = async () =>
    `Bearer ${(await Commons.signIn(hub.url, token)).session.session}`;
  const alice = await signInWhenItRuns(hub.url, token);
  const cells = Array.from({ length: WRITERS }, (_, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    source: '',
    outputs: [],
    execution_count: null
  }));
  const { body } = await alice.call('createDocument', undefined, {
    name: 'crashes.ipynb',
    type: 'notebook',
    content: { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }
  });
  const { id } = body as { id: string };
  const writers = cells.map(
    (_, cell) => new Writer(hub, { name: 'abc'[cell]!, id, cell, session })
  );

  for (let kill = 0; kill < KILLS; kill++) {
    // Every other time what a program still had in memory is gone too.
    await Promise.all(
      writers.map(writer => writer.connect({ forget: kill % 2 === 1 }))
    );
    const runs = writers.map(writer => writer.run());
    await Promise.all(writers.map(writer => writer.hasAnswered(5)));
    hub.killCompanion();
    await Promise.all(runs);
  }

  for (const writer of writers) {
    await writer.connect({ forget: true });
    writer.close();
  }
  const content = await alice.call('getContent', { id });
  const saved = content.body as { cells: { source: string | string[] }[] };
  expect(saved.cells).toHaveLength(WRITERS);
  for (const [index, writer] of writers.entries()) {
    const words = [saved.cells[index]!.source]
      .flat()
      .join('')
      .split(/(?<=;)/);
    expect(new Set(words).size, 'a word stands twice').toBe(words.length);
    expect(
      [...writer.answered].filter(word => !words.includes(word)),
      'answered, and lost'
    ).toEqual([]);
    expect(
      words.filter(word => !writer.written.includes(word)),
      'never written'
    ).toEqual([]);
  }
});
