import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venvPython } from '../../scripts/common/paths.mjs';

const ROOT = join(import.meta.dirname, '../..');

/**
 * GPUs that are not there: NVIDIA's library from our own shim, which the code of
 * the server calls as it calls the real one. What it answers can be changed at
 * any time; the keys are those of `nvml_shim.c`.
 */
export class FakeGpus {
  readonly environment: Record<string, string>;
  private readonly _folder = mkdtempSync(join(tmpdir(), 'commons-gpus-'));
  private readonly _control = join(this._folder, 'control');

  constructor() {
    const library = execFileSync(
      venvPython,
      ['-m', 'jupyterlab_commons.tests.gpu.shim', this._folder],
      { cwd: ROOT, encoding: 'utf8' }
    ).trim();
    this.environment = {
      COMMONS_NVML_LIBRARY: library,
      COMMONS_NVML_SHIM: this._control
    };
    this.say({ gpus: 0 });
  }

  /** From the next look on. */
  say(settings: Record<string, string | number>): void {
    const lines = Object.entries(settings).map(pair => pair.join(' '));
    writeFileSync(`${this._control}.new`, `${lines.join('\n')}\n`);
    renameSync(`${this._control}.new`, this._control);
  }

  remove(): void {
    rmSync(this._folder, { recursive: true, force: true });
  }
}
