/**
 * What a user's server measures of itself, and how its page hears of it: one
 * WebSocket `commons/usage` of the own server, JSON objects in text frames.
 *
 * A metric that is not there is *absent*, never 0 and never null: absent means
 * "not reported". Bytes are whole bytes, times are milliseconds since 1970 by
 * the server's clock, CPU is in cores (1.5 = one and a half cores), rates are
 * bytes per second, shares are percent from 0 to 100.
 */
import {
  anything,
  count,
  dictionary,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';

const bytes = optional(count());
const rate = optional(count(0, Number.MAX_SAFE_INTEGER, true));
const cores = optional(count(0, 1e6, true));
const percent = optional(count(0, 100, true));
const moment = count();

/** What the server does not know; `usage-problems.ts` says what that means. */
export const usageProblemNames = [
  'MEMORY_UNREADABLE',
  'CPU_UNREADABLE',
  'LIMIT_UNKNOWN',
  'PROCESSES_UNREADABLE',
  'PROCESSES_MANY',
  'MEMORY_ESTIMATED',
  'DISK_UNREADABLE',
  'DISK_COMMAND_FAILED',
  'GPU_DRIVER_MISSING',
  'GPU_VERSION_MISMATCH',
  'GPU_NO_PERMISSION',
  'GPU_STUCK',
  'GPU_FAILED',
  'GPU_PROCESSES_HIDDEN'
] as const;
export type UsageProblem = (typeof usageProblemNames)[number];
const problem = oneOf(usageProblemNames);

export const memoryUse = record({
  /** The working set: what counts against the limit and cannot simply be dropped. */
  used: bytes,
  /** The tightest visible limit. Absent: none is visible. */
  limit: bytes,
  /** `cgroup`: the kernel enforces it. `hub`: the hub named it, it may not be enforced. */
  limitBy: optional(oneOf(['cgroup', 'hub'])),
  /** Of the whole machine. */
  total: bytes,
  /** File pages that are dropped when memory is short. */
  cache: bytes,
  /** tmpfs (`/dev/shm`) and shared memory; part of `used`. */
  shared: bytes,
  swap: bytes,
  /** The highest `used` that the kernel or this sampler has seen since the server started. */
  peak: bytes,
  /** Share of the last 10 s in which something waited for memory (PSI `some avg10`). */
  pressure: percent,
  /** Processes of this server ended for lack of memory since it started. */
  oomKills: optional(count())
});
export type MemoryUse = Decoded<typeof memoryUse>;

export const cpuUse = record({
  used: cores,
  /** Cores that this server may use at a time: quota or cpuset. Absent: `total`. */
  limit: cores,
  limitBy: optional(oneOf(['cgroup', 'hub'])),
  total: cores,
  /** Share of the last interval's periods in which the quota was used up. */
  throttled: percent,
  pressure: percent
});
export type CpuUse = Decoded<typeof cpuUse>;

export const diskUse = record({
  used: bytes,
  limit: bytes,
  free: bytes,
  /**
   * - `quota`: the command that the admin has set.
   * - `volume`: the home folder is a file system of its own.
   * - `scan`: the sizes of the files in it, measured at `measuredAt`.
   * - `machine`: a file system that is shared with others; only `free` means something.
   */
  by: oneOf(['quota', 'volume', 'scan', 'machine']),
  measuredAt: moment,
  /** The largest folders of the home, when they were asked for. */
  folders: optional(list(record({ name: text(255), bytes: count() }), 20)),
  foldersAt: optional(moment),
  scanning: optional(flag)
});
export type DiskUse = Decoded<typeof diskUse>;

export const networkUse = record({
  received: rate,
  sent: rate,
  /** `server`: only this server's. `machine`: the interfaces are shared with others. */
  of: oneOf(['server', 'machine'])
});
export type NetworkUse = Decoded<typeof networkUse>;

/**
 * Something that uses the machine: a kernel, a terminal, the Jupyter server
 * itself, or what belongs to none of these (`rest`, only inside a container).
 * Its key is the kernel's id, `terminal:<name>`, `server` or `rest`.
 */
export const consumer = record({
  kind: oneOf(['kernel', 'terminal', 'server', 'rest']),
  /** The notebook's file name; of a kernel without one, the kernel's. */
  name: text(255),
  /** The notebook as the contents API names it. */
  path: optional(text(4096)),
  /** As the kernel's specification shows it, such as `Python 3`. */
  language: optional(text(255)),
  state: optional(oneOf(['starting', 'idle', 'busy', 'dead', 'unknown'])),
  /** When it last did something. */
  activeAt: optional(moment),
  /** It runs on another machine, where nothing is measured. */
  remote: optional(flag),
  cpu: cores,
  /** Private memory; what is shared with forked processes is counted once. */
  memory: bytes,
  peak: bytes,
  /** With all descendants. */
  processes: optional(count()),
  /** Of these, the ones that have left their parents (daemons). */
  detached: optional(count()),
  /** Memory on GPUs by GPU key. `null`: it holds that GPU together with others, and who holds how much is not reported. */
  gpus: optional(dictionary(nullable(count()), 64))
});
export type Consumer = Decoded<typeof consumer>;

/** Why a GPU runs below its clock; the words of NVML without their prefix. */
export const throttleReasons = [
  'power',
  'thermal',
  'power-brake',
  'hardware',
  'applications-clocks',
  'sync',
  'other'
] as const;

/** One GPU or one MIG instance. Its key is stable while the server runs. */
export const gpu = record({
  vendor: oneOf(['nvidia', 'amd', 'intel']),
  name: text(255),
  uuid: optional(text(128)),
  /** NVML's order; CUDA may count differently. */
  index: count(),
  /** Key of the GPU that this MIG instance is a part of. */
  partOf: optional(text(64)),
  /** Split into MIG instances: its own utilisation is not reported. */
  mig: optional(flag),
  state: oneOf(['ok', 'lost', 'failed']),
  busy: percent,
  memoryUsed: bytes,
  memoryTotal: bytes,
  memoryBusy: percent,
  /** Watts. */
  power: optional(count(0, 1e5, true)),
  powerLimit: optional(count(0, 1e5, true)),
  /** Degrees Celsius. */
  temperature: optional(count(0, 1000, true)),
  fan: percent,
  /** MHz. */
  clock: optional(count()),
  clockMost: optional(count()),
  memoryClock: optional(count()),
  /** Empty: it runs as fast as it may. */
  throttle: optional(list(oneOf(throttleReasons), 16)),
  /** Uncorrected memory errors since the driver was loaded. */
  eccErrors: optional(count()),
  /** The last error that the driver named, see NVIDIA's list of Xid errors. */
  xid: optional(count()),
  xidAt: optional(moment),
  pcieReceived: rate,
  pcieSent: rate,
  nvlinkReceived: rate,
  nvlinkSent: rate,
  /** Processes of others, as one figure; never who they are. */
  others: optional(record({ processes: count(), memory: bytes }))
});
export type Gpu = Decoded<typeof gpu>;

/** Something ended that should not have. Its key is its time and consumer. */
export const incident = record({
  at: moment,
  /**
   * - `out-of-memory`: the kernel of the system ended a process for lack of memory.
   * - `kernel-died`: a kernel ended by itself, and memory was not the reason we know of.
   * - `server-lost`: the server before this one ended without saying so.
   */
  kind: oneOf(['out-of-memory', 'kernel-died', 'server-lost']),
  /** What ended; absent when it cannot be told. */
  consumer: optional(text(128)),
  name: optional(text(255)),
  path: optional(text(4096)),
  memory: bytes,
  peak: bytes,
  /** Of the whole server at the last look before. */
  used: bytes,
  limit: bytes,
  /** The largest consumers at the last look before, largest first. */
  largest: list(
    record({
      name: text(255),
      path: optional(text(4096)),
      memory: bytes,
      peak: bytes
    }),
    10
  )
});
export type Incident = Decoded<typeof incident>;

/** One measurement of a user's server. */
export const usageSample = record({
  at: moment,
  /** When this sampler started. */
  since: moment,
  /** Where limits and use come from; `host`: no container is visible. */
  where: oneOf(['cgroup1', 'cgroup2', 'host']),
  memory: memoryUse,
  cpu: cpuUse,
  disk: optional(diskUse),
  network: optional(networkUse),
  consumers: dictionary(consumer, 1000),
  /** When the consumers were measured; they are looked at less often than the rest. */
  consumersAt: optional(moment),
  gpus: dictionary(gpu, 128),
  gpusAt: optional(moment),
  incidents: dictionary(incident, 50),
  problems: list(problem, 64)
});
export type UsageSample = Decoded<typeof usageSample>;

/** Numbers at equal steps, oldest first, the last one at `end`; null: not known. */
const series = list(nullable(count()), 4096);

/** The last hour, as whole MiB, hundredths of a core, percent and KiB a second. */
export const usageHistory = record({
  end: moment,
  /** Seconds between two numbers. */
  step: count(1),
  memory: series,
  cpu: series,
  /** What the home folder holds, where that is measured and not shared with others. */
  disk: optional(series),
  received: optional(series),
  sent: optional(series),
  gpus: dictionary(record({ busy: series, memory: series }), 128),
  /** Memory by consumer. */
  consumers: dictionary(series, 1000),
  consumersStep: count(1)
});
export type UsageHistory = Decoded<typeof usageHistory>;

/**
 * What the server sends. `full` comes first; `patch` is a JSON Merge Patch
 * (RFC 7396) of the sample before it; `history` answers the view `panel`.
 */
export const usageFrame = record({
  full: optional(usageSample),
  patch: optional(anything),
  history: optional(usageHistory)
});
export type UsageFrame = Decoded<typeof usageFrame>;

/**
 * What the page sends. `view` says how often it looks: every second for
 * `panel`, every five for `status`, not at all for `none` (hidden); the stream
 * starts with `none`. `scan` asks to measure the folders of the home now.
 */
export const usageRequest = record({
  view: optional(oneOf(['none', 'status', 'panel'])),
  scan: optional(flag)
});
export type UsageRequest = Decoded<typeof usageRequest>;

/**
 * What goes over the link: counters that only grow while the server lives, so
 * that a lost report loses no use. `boot` names one life of one server.
 */
export const linkSample = record({
  boot: text(64),
  seq: count(),
  /** Seconds of this life, by a clock that does not jump. */
  seconds: count(0, Number.MAX_SAFE_INTEGER, true),
  cpuSeconds: count(0, Number.MAX_SAFE_INTEGER, true),
  memoryByteSeconds: count(0, Number.MAX_VALUE, true),
  /** Of all GPUs: share busy x seconds; seconds in which a process of ours held one. */
  gpuBusySeconds: count(0, Number.MAX_SAFE_INTEGER, true),
  gpuHeldSeconds: count(0, Number.MAX_SAFE_INTEGER, true),
  memory: memoryUse,
  cpu: cpuUse,
  disk: optional(diskUse),
  gpus: count(0, 1024),
  oomKills: optional(count()),
  /** A kernel is busy, or CPU or GPU are at work. */
  busy: flag,
  /** The largest by use, with counters of their own. */
  consumers: list(
    record({
      key: text(128),
      kind: oneOf(['kernel', 'terminal', 'server', 'rest']),
      name: text(255),
      path: optional(text(4096)),
      cpuSeconds: count(0, Number.MAX_SAFE_INTEGER, true),
      memoryByteSeconds: count(0, Number.MAX_VALUE, true),
      gpuHeldSeconds: count(0, Number.MAX_SAFE_INTEGER, true),
      memory: bytes,
      peak: bytes
    }),
    20
  )
});
export type LinkSample = Decoded<typeof linkSample>;
