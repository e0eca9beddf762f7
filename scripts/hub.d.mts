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

/** What single people's servers get: variables, and a command that starts theirs. */
export type Servers = Record<
  string,
  { environment?: Record<string, string>; prefix?: string[] }
>;

export const PEOPLE: string[];
export const PASSWORD: string;

export function startHub(options: {
  dir: string;
  port?: number;
  apiToken?: string;
  snapshot?: boolean;
  servers?: Servers;
}): Promise<RunningHub>;

export function findEarlierRun(
  dir: string
): { url: string; starter: number; state: 'running' | 'crashed' } | null;

export function endEarlierRun(dir: string): Promise<void>;
