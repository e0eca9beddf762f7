/**
 * docs/reference.md says what the code says. `UPDATE_DOCS=1` writes it anew.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errors, operations, routes } from '@jupyterlab-commons/protocol';

const page = new URL('../../docs/reference.md', import.meta.url);

/** A Markdown table; bars inside cells are escaped. */
function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join(
    '\n'
  );
}

const sections: Record<string, () => string | Promise<string>> = {
  errors: () =>
    table(
      ['code', 'HTTP', 'close', 'tried again', 'what it says'],
      Object.entries(errors).map(([code, row]) => [
        `\`${code}\``,
        String(row.status),
        String(row.close),
        row.retry ? 'yes' : 'no',
        row.text
      ])
    ),
  routes: () =>
    table(
      ['call', 'proof', 'lowest role'],
      Object.values(routes).map(({ method, path, proof, operation }) => [
        `\`${method} ${path}\``,
        proof,
        operation === null ? '' : operations[operation]
      ])
    ),
  metrics: async () => {
    const { metrics } = await import('../src/metrics/table.ts');
    return table(
      ['metric', 'type', 'labels', 'what it is'],
      Object.entries(metrics).map(([name, { type, labels, help }]) => [
        `\`${name}\``,
        type,
        labels.join(', '),
        help
      ])
    );
  },
  settings: async () => {
    const { settings } = await import('../src/config.ts');
    return table(
      ['variable', 'option', 'default', 'what for'],
      Object.values(settings).map(({ env, cli, default: value, help }) => [
        `\`${env}\``,
        cli ? `\`--${cli}\`` : '',
        value === null || String(value) === '' ? '' : `\`${String(value)}\``,
        help
      ])
    );
  }
};

async function written(before: string): Promise<string> {
  let text = before;
  for (const [name, render] of Object.entries(sections)) {
    const marked = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
    assert.match(text, marked, `docs/reference.md has no section ${name}`);
    const body = await render();
    text = text.replace(
      marked,
      (_, open: string, close: string) => `${open}\n\n${body}\n\n${close}`
    );
  }
  return text;
}

test('docs/reference.md equals the code', async () => {
  const before = await readFile(page, 'utf8');
  const after = await written(before);
  if (process.env.UPDATE_DOCS === '1') {
    await writeFile(page, after);
    return;
  }
  assert.equal(
    before,
    after,
    'run: UPDATE_DOCS=1 node --test companion/test/reference.test.ts'
  );
});
