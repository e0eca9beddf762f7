/** A hub that runs until `stop()`. */
export interface RunningHub {
  url: string;
  dir: string;
  logFile: string;
  homes: string;
  commonsUrl: string;
  stop(): Promise<void>;
  exited: Promise<number | null>;
  companionPid(): number | null;
  killCompanion(): number;
}

export const PEOPLE: string[];
export const PASSWORD: string;

export function startHub(options: {
  dir: string;
  port?: number;
  apiToken?: string;
  snapshot?: boolean;
}): Promise<RunningHub>;

export function findEarlierRun(
  dir: string
): { url: string; starter: number; state: 'running' | 'crashed' } | null;

export function endEarlierRun(dir: string): Promise<void>;
