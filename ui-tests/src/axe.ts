import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

const source = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8'
);

type Violation = {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
};

/** What axe finds wrong below the elements of `selector`, in words. */
export async function accessibilityProblems(
  page: Page,
  selector: string
): Promise<string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate(
    async (within): Promise<Violation[]> => {
      const { axe } = window as unknown as {
        axe: {
          run(
            context: string,
            options: object
          ): Promise<{ violations: Violation[] }>;
        };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      return (await axe.run(within, { runOnly: { type: 'tag', values: tags } }))
        .violations;
    },
    selector
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      node => `${id}: ${help}\n  ${node.html}\n  ${node.failureSummary ?? ''}`
    )
  );
}
