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

/** Policies for a test, and how often the hub is asked which servers run. */
export type Quota = { file: string; pollSeconds: number };

export const PEOPLE: string[];
export const PASSWORD: string;

export function startHub(options: {
  dir: string;
  port?: number;
  apiToken?: string;
  snapshot?: boolean;
  servers?: Servers;
  quota?: Quota;
  bin?: string;
}): Promise<RunningHub>;

export function findEarlierRun(
  dir: string
): { url: string; starter: number; state: 'running' | 'crashed' } | null;

export function endEarlierRun(dir: string): Promise<void>;
