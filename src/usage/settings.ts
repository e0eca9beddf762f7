import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** From how many percent on there is a warning. */
export type Thresholds = {
  memoryPercent: number;
  diskPercent: number;
  gpuMemoryPercent: number;
};

/** What schema/usage.json lets a person choose. */
export type UsageSettings = {
  showNotifications: boolean;
  showMemory: boolean;
  showCpu: boolean;
  showGpu: boolean;
} & Thresholds;

const defaults: UsageSettings = {
  showNotifications: true,
  showMemory: true,
  showCpu: true,
  showGpu: true,
  memoryPercent: 90,
  diskPercent: 90,
  gpuMemoryPercent: 95
};

/** The settings as they are; what is missing or of another type is the default. */
export function readSettings(
  loaded: Pick<ISettingRegistry.ISettings, 'composite'> | undefined
): UsageSettings {
  const given = loaded?.composite ?? {};
  const known = Object.entries(given).filter(
    ([key, value]) => typeof value === typeof defaults[key as keyof Thresholds]
  );
  return { ...defaults, ...Object.fromEntries(known) };
}
