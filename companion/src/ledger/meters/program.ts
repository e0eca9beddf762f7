import { spawn } from 'node:child_process';
import { MeterError } from './types.ts';

const TIMEOUT_MS = 60_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_COMPLAINT = 300;

/** What programs of the admin's may know of our environment: no token is in it. */
const PASSED_ON = ['PATH', 'HOME', 'TZ', 'USER', 'SLURM_CONF', 'KRB5CCNAME'];

export type ProgramOptions = {
  /** Further variables. */
  env?: Readonly<Record<string, string>>;
  timeoutMs?: number;
  mostBytes?: number;
};

/**
 * What a program prints. It is started as it stands in the list, without a
 * shell, in the C locale; one that takes too long or says too much is killed
 * with all that it has started.
 */
export function outputOf(
  [program = '', ...args]: readonly string[],
  { env = {}, timeoutMs = TIMEOUT_MS, mostBytes = MOST_BYTES }: ProgramOptions
): Promise<string> {
  const child = spawn(program, args, {
    cwd: '/',
    env: { ...passedOn(), LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    const giveUp = (reason: string) => {
      clearTimeout(timer);
      endAll(child.pid);
      reject(new MeterError(`${program} ${reason}`));
    };
    const timer = setTimeout(
      () => giveUp(`does not end within ${timeoutMs / 1000} s`),
      timeoutMs
    );
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > mostBytes) {
        chunks.length = 0;
        giveUp('says too much');
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + String(chunk)).slice(0, MOST_COMPLAINT);
    });
    child.on('error', error => giveUp(`cannot be started: ${error.message}`));
    child.on('close', (code, signal) => {
      if (code === 0) {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString('utf8'));
      } else {
        giveUp(`ends with ${code ?? signal}: ${complaint}`);
      }
    });
  });
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap(name => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    })
  );
}

/** The program and what it has started; it leads a group of its own. */
function endAll(pid: number | undefined): void {
  try {
    if (pid !== undefined) {
      process.kill(-pid, 'SIGKILL');
    }
  } catch {
    // It has ended.
  }
}
