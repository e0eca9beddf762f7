/**
 * Steps with progress: one line each, the full output in a log file, and when
 * one fails the last lines of its output and one sentence on what to do.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, root, toolEnv } from './paths.mjs';

const TAIL_LINES = 30;

/** Thrown after everything that a person should know has been printed. */
export class StepFailed extends Error {}

let log = null;

/** Full output of everything that is run from now on goes here. */
export function openLog(name) {
  mkdirSync(cache, { recursive: true });
  const path = join(cache, `${name}.log`);
  log = createWriteStream(path, { flags: 'w' });
  log.path = path;
  return path;
}

function writeLog(text) {
  log?.write(text);
}

/**
 * Runs a command and waits for its end. Never rejects for an exit code.
 * `output` holds everything it wrote, stdout and stderr in the order of arrival.
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = {}, input, timeoutSeconds, echo } = options;
  writeLog(`\n$ ${[command, ...args].join(' ')}\n`);
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd,
      env: toolEnv(env),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']
    });
    const timer =
      timeoutSeconds === undefined
        ? null
        : setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
    let output = '';
    let stdout = '';
    const take = (chunk, isStdout) => {
      output += chunk;
      stdout += isStdout ? chunk : '';
      writeLog(chunk);
      echo?.(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', chunk => take(chunk, true));
    child.stderr.setEncoding('utf8').on('data', chunk => take(chunk, false));
    child.stdin?.end(input);
    const end = code => {
      clearTimeout(timer);
      resolve({ code, output, stdout });
    };
    child.once('error', error => {
      take(`${error.message}\n`, false);
      end(127);
    });
    child.once('close', code => end(code ?? 1));
  });
}

/** Runs a command that must succeed; throws with its output otherwise. */
export async function must(command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new CommandFailed(command, result);
  }
  return result;
}

class CommandFailed extends Error {
  constructor(command, { code, output }) {
    super(`${command} ended with ${code}`);
    this.output = output;
  }
}

/** The last lines of an output, indented. */
export function tail(output, lines = TAIL_LINES) {
  return output
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map(line => `    ${line}`)
    .join('\n');
}

/**
 * Runs one step and prints one line about it. `work` may answer `'unchanged'`
 * or a short remark. When it throws, `advice` is the sentence that is printed.
 */
export async function step(title, advice, work) {
  const began = Date.now();
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  if (process.stdout.isTTY) {
    process.stdout.write(`  … ${title}`);
  }
  const line = text =>
    process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${text}\n`);
  try {
    const remark = await work();
    line(`  ✓ ${title} (${remark ? `${remark}, ` : ''}${seconds()})`);
  } catch (error) {
    line(`  ✗ ${title} (${seconds()})`);
    console.error(tail(error.output ?? error.stack ?? String(error)));
    console.error(
      `\n${advice}${log ? ` Everything it said is in ${log.path}.` : ''}`
    );
    throw new StepFailed(title);
  }
}

/** Runs the main function of a script; a failed step has already been explained. */
export function main(work) {
  work().then(
    () => undefined,
    error => {
      if (!(error instanceof StepFailed)) {
        console.error(error);
      }
      process.exitCode = 1;
    }
  );
}

/** Whether this module is the script that was started. */
export const isMain = meta =>
  process.argv[1] !== undefined &&
  meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
