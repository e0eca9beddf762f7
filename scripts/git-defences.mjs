/**
 * Takes each defence of the git runner away in turn and sees a test fail.
 * Ends with 1 when one can be taken away unnoticed: then a test is missing, or
 * the defence does nothing and should go.
 *
 *   node scripts/git-defences.mjs [name...]
 */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import process from 'node:process';

const PYTHON = process.env.PYTHON ?? '.venv/bin/python';
const PLUGIN = 'jupyterlab_commons.tests.git.stripping';
const TESTS_FAILED = 1;

function pytest(without, args = []) {
  return new Promise(resolve => {
    const child = spawn(
      PYTHON,
      [
        ...['-m', 'pytest', '-q', '-x', '--tb=no', '--show-capture=no'],
        ...['-p', PLUGIN, '--without', without, 'jupyterlab_commons/tests/git'],
        ...args
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] }
    );
    let out = '';
    child.stdout.on('data', chunk => (out += chunk));
    child.stderr.on('data', chunk => (out += chunk));
    child.on('close', code => resolve({ code, out }));
  });
}

async function allNames() {
  const { out } = await pytest('?');
  const lines = out.split('\n').map(line => line.trim());
  const first = lines.findIndex(line => line.endsWith('Defences:'));
  return lines
    .slice(first + 1)
    .map(line => line.replace(/ !+$/, ''))
    .filter(line => line !== '');
}

/** The name of the test that went red; null: none did. */
async function noticedBy(name) {
  const { code, out } = await pytest(name);
  const failed = /^FAILED (\S+)/m.exec(out) ?? /^ERROR (\S+)/m.exec(out);
  return code === TESTS_FAILED ? (failed?.[1] ?? 'a test') : null;
}

const names = process.argv.slice(2);
const waiting = names.length > 0 ? names : await allNames();
const total = waiting.length;
const unnoticed = [];
async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const test = await noticedBy(name);
    if (test === null) {
      unnoticed.push(name);
    }
    const place = test?.replace(/^.*?tests\/git\//, '') ?? 'NOBODY NOTICED';
    console.log(`${name.padEnd(40)} ${place}`);
  }
}
await Promise.all(cpus().slice(0, 4).map(work));
console.log(`\n${total - unnoticed.length} of ${total} defences are noticed.`);
if (total === 0 || unnoticed.length > 0) {
  console.log(`Unnoticed: ${unnoticed.join(', ')}`);
  process.exitCode = 1;
}
