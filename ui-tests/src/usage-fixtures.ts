import type { Locator } from '@playwright/test';
import { FakeGpus } from './fake-gpus.ts';
import { expect, test as base } from './fixtures.ts';
import { MemoryLimit } from './memory-limit.ts';
import type { Person } from './person.ts';

export { expect };

export const LIMIT_MIB = 700;

/**
 * A hub on which Bob's server has a real memory limit and Carol's has GPUs;
 * Alice's has neither.
 */
export const test = base.extend<object, { limit: MemoryLimit; gpus: FakeGpus }>(
  {
    limit: [
      async ({}, use) => {
        const limit = new MemoryLimit('usage', LIMIT_MIB);
        await use(limit);
        limit.remove();
      },
      { scope: 'worker' }
    ],
    gpus: [
      async ({}, use) => {
        const gpus = new FakeGpus();
        await use(gpus);
        gpus.remove();
      },
      { scope: 'worker' }
    ],
    hubName: [
      async ({}, use) => {
        await use('usage');
      },
      { scope: 'worker' }
    ],
    servers: [
      async ({ limit, gpus }, use) => {
        await use({
          bob: { prefix: limit.prefix },
          carol: { environment: gpus.environment }
        });
      },
      { scope: 'worker' }
    ]
  }
);

/** The panel of resources in front of somebody. */
export class ResourcesPanel {
  private constructor(readonly root: Locator) {}

  static async open(person: Person): Promise<ResourcesPanel> {
    await person.openPanel('Resources');
    const root = person.page.getByRole('region', { name: 'Resources' });
    await expect(root).toBeVisible();
    return new ResourcesPanel(root);
  }

  /** The row of a kernel, a terminal or the server. */
  row(name: string): Locator {
    return this.root.getByRole('row').filter({ hasText: name });
  }

  /** Memory of a row in MB; NaN where it is not told. */
  async memoryOf(name: string): Promise<number> {
    const text = await this.row(name).locator('.jp-mod-memory').innerText();
    const [, figure, unit] = /([\d.,]+)\s*(KB|MB|GB)/.exec(text) ?? [];
    const scale = { KB: 1 / 1024, MB: 1, GB: 1024 }[unit ?? ''];
    return Number(figure?.replace(',', '')) * (scale ?? NaN);
  }
}
