import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStateDB } from '@jupyterlab/statedb';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { IUsage, UsageState } from '../../tokens';

/** The stream in memory: says what a test says, and who looks. */
export class FakeUsage implements IUsage {
  state: UsageState = { kind: 'connecting' };
  readonly stateChanged = new Signal<this, UsageState>(this);
  readonly looking: string[] = [];
  scanned = 0;

  say(sample: UsageSample, history: UsageHistory | null = null): void {
    this.setState({ kind: 'ready', sample, history });
  }

  setState(state: UsageState): void {
    this.state = state;
    this.stateChanged.emit(state);
  }

  look(view: 'status' | 'panel'): IDisposable {
    this.looking.push(view);
    return new DisposableDelegate(() => {
      this.looking.splice(this.looking.indexOf(view), 1);
    });
  }

  scanHome(): void {
    this.scanned++;
  }
}

/** Settings of one plugin, changed by a test. */
export class FakeSettings {
  composite: Record<string, unknown> = {};
  readonly changed = new Signal<this, void>(this);

  change(composite: Record<string, unknown>): void {
    this.composite = composite;
    this.changed.emit();
  }

  get registry(): ISettingRegistry {
    return { load: async () => this } as unknown as ISettingRegistry;
  }
}

/** What a page finds that is loaded again. */
export class FakeStateDB {
  readonly kept = new Map<string, unknown>();

  get db(): IStateDB {
    return {
      fetch: async (key: string) => this.kept.get(key),
      save: async (key: string, value: unknown) => {
        this.kept.set(key, JSON.parse(JSON.stringify(value)));
      }
    } as unknown as IStateDB;
  }
}

/** Lets everything that was started settle, dynamic imports included. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await Promise.resolve();
  }
}
