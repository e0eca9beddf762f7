import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 * 1024;
const ROOT = '/sys/fs/cgroup/memory';

/**
 * A real memory limit of the kernel (cgroup v1, which root may make on a plain
 * machine). A command that begins with `prefix` lives and dies below it.
 */
export class MemoryLimit {
  readonly prefix: string[];
  private readonly _folder: string;

  constructor(name: string, mib: number) {
    this._folder = join(ROOT, `commons-${name}-${process.pid}`);
    mkdirSync(this._folder);
    // Swap would put the end off without a bound.
    this._write('memory.limit_in_bytes', mib * MIB);
    this._write('memory.swappiness', 0);
    const tasks = join(this._folder, 'cgroup.procs');
    this.prefix = ['sh', '-c', `echo $$ > ${tasks} && exec "$0" "$@"`];
  }

  /** How often the kernel has ended a process for lack of memory. */
  kills(): number {
    const text = readFileSync(join(this._folder, 'memory.oom_control'), 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Ends everything below it at once, as a machine does that gives up a container. */
  killAll(): void {
    const text = readFileSync(join(this._folder, 'cgroup.procs'), 'utf8');
    for (const pid of text.split('\n').filter(Boolean)) {
      process.kill(Number(pid), 'SIGKILL');
    }
  }

  /** Only when nothing lives below it any more. */
  remove(): void {
    rmdirSync(this._folder);
  }

  private _write(file: string, value: number): void {
    writeFileSync(join(this._folder, file), String(value));
  }
}
