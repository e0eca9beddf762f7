import { test as base, expect } from '@playwright/test';
import type { Servers } from '../../scripts/hub.mjs';
import type { NotebookPanel } from './notebook-panel.ts';
import type { Name } from './hub.ts';
import { TestHub, type Cell } from './hub.ts';
import { People } from './people.ts';
import type { Person } from './person.ts';
import type { Right } from './share-dialog.ts';

export { expect };

/** A notebook of somebody, live, with others let in. */
export type Shared = {
  id: string;
  link: string;
  path: string;
  panel: NotebookPanel;
};

export type Verbs = {
  /** A person with a new page in a browser of their own; the page ends with the test. */
  signIn: (name: Name) => Promise<Person>;
  /** A path that no other test uses. */
  freshPath: (name: string) => string;
  /** Shares a new notebook through the dialog, and leaves the owner in the live notebook. */
  shareNew: (
    owner: Person,
    options: {
      cells: Cell[];
      with: Partial<Record<string, Right>>;
      path?: string;
    }
  ) => Promise<Shared>;
};

let counter = 0;

export const test = base.extend<
  Verbs,
  {
    /** Files that name another one get a hub of their own, since they leave theirs shaken. */
    hubName: string;
    /** What single people's servers get; only for a hub of one's own. */
    servers: Servers;
    /** The policies of quota; only for a hub of one's own. */
    policies: string;
    hub: TestHub;
    everybody: People;
  }
>({
  hubName: ['shared', { option: true, scope: 'worker' }],

  servers: [{}, { option: true, scope: 'worker' }],

  policies: ['', { option: true, scope: 'worker' }],

  hub: [
    async ({ hubName, servers, policies }, use, worker) => {
      const hub = await TestHub.start(
        `${hubName}-${worker.workerIndex}`,
        servers,
        policies
      );
      await use(hub);
      await hub.stop();
    },
    { scope: 'worker', timeout: 120_000 }
  ],

  everybody: [
    async ({ browser, hub }, use) => {
      const everybody = new People(browser, hub);
      await use(everybody);
      await everybody.close();
    },
    { scope: 'worker' }
  ],

  signIn: async ({ everybody }, use, info) => {
    const people: Person[] = [];
    await use(async name => {
      const person = await everybody.enter(name);
      people.push(person);
      return person;
    });
    if (info.status !== info.expectedStatus) {
      for (const { name, page } of people) {
        const body = await page.screenshot().catch(() => null);
        if (body !== null) {
          await info.attach(name, { body, contentType: 'image/png' });
        }
      }
    }
    await Promise.all(people.map(({ page }) => page.close()));
    expect(
      people.flatMap(({ name, problems }) =>
        problems.map(text => `${name}: ${text}`)
      ),
      'errors of ours in the console'
    ).toEqual([]);
  },

  freshPath: async ({}, use) => {
    await use(name => {
      const number = ++counter;
      return `test-${number}/${name.replace('.', ` ${number}.`)}`;
    });
  },

  shareNew: async ({ hub, freshPath }, use) => {
    await use(
      async (
        owner,
        { cells, with: people, path = freshPath('Notes.ipynb') }
      ) => {
        hub.writeNotebook(owner.name, path, cells);
        await owner.openOwn(path);
        const dialog = await owner.openShareDialog();
        for (const [who, right] of Object.entries(people)) {
          await dialog.add(who, right!);
        }
        await dialog.share();
        const link = await dialog.link();
        await dialog.close();
        const panel = await owner.panel();
        await panel.isSaved();
        const id = new URL(link).searchParams.get('live')!;
        return { id, link, path, panel };
      }
    );
  }
});
