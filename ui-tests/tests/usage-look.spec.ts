import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import type { TestHub } from '../src/hub.ts';
import type { Person } from '../src/person.ts';
import { expect, test } from '../src/usage-fixtures.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
const KERNELS = 30;
const EIGHT = {
  gpus: 8,
  'gpu.*.name': 'NVIDIA H100 80GB HBM3',
  'gpu.*.mem_total': 85_899_345_920,
  'gpu.0.util': 87,
  'gpu.0.mem_used': 64_424_509_440,
  'gpu.0.temp': 71,
  'gpu.0.power': 512_000,
  'gpu.1.util': 34,
  'gpu.1.mem_used': 12_884_901_888,
  'gpu.2.lost': 1,
  'gpu.3.mig': 2
};

/** Starts kernels of notebooks that nobody has open. */
async function startKernels(person: Person, hub: TestHub): Promise<void> {
  const { token, baseUrl } = await person.pageConfig();
  const address = `${new URL(hub.url).origin}${baseUrl}api/sessions`;
  const start = async (number: number) => {
    const path = `many/Study ${number}.ipynb`;
    hub.writeNotebook(person.name, path, [{ source: 'x = 1' }]);
    const answer = await fetch(address, {
      method: 'POST',
      headers: { Authorization: `token ${token}` },
      body: JSON.stringify({
        path,
        name: path,
        type: 'notebook',
        kernel: { name: 'python3' }
      })
    });
    expect(answer.status).toBe(201);
  };
  for (let number = 0; number < KERNELS; number += 5) {
    await Promise.all([0, 1, 2, 3, 4].map(more => start(number + more)));
  }
}

/** Makes the right side area wider by pulling its edge. */
async function widen(person: Person, by: number): Promise<void> {
  const { page } = person;
  const area = page.locator('#jp-right-stack');
  const box = (await area.boundingBox())!;
  await page.mouse.move(box.x - 2, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x - 2 - by, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await expect
    .poll(async () => (await area.boundingBox())!.width)
    .toBeGreaterThan(box.width + by / 2);
}

test('30 kernels and 8 GPUs are accessible and drawn, light and dark, narrow and wide', async ({
  signIn,
  hub,
  gpus
}) => {
  test.setTimeout(240_000);
  mkdirSync(PICTURES, { recursive: true });
  gpus.say(EIGHT);
  const carol = await signIn('carol');
  await carol.openLab();
  await startKernels(carol, hub);
  for (const width of ['narrow', 'wide']) {
    for (const title of ['Resources', 'GPUs']) {
      await carol.openPanel(title);
      const panel = carol.page.getByRole('region', { name: title });
      if (title === 'Resources') {
        await expect(panel.getByRole('row')).toHaveCount(KERNELS + 2);
      } else {
        await expect(panel.getByText('GPU 7', { exact: true })).toBeVisible();
      }
      if (width === 'wide' && title === 'Resources') {
        await widen(carol, 450);
      }
      for (const shade of ['Light', 'Dark']) {
        await carol.setTheme(`JupyterLab ${shade}`);
        await expect(carol.page.locator('#jupyterlab-splash')).toHaveCount(0);
        await carol.page.screenshot({
          path: join(PICTURES, `${title}-${width}-${shade}.png`.toLowerCase())
        });
        expect(
          await accessibilityProblems(carol.page, '[class*="jp-Commons-"]')
        ).toEqual([]);
      }
    }
  }
});
