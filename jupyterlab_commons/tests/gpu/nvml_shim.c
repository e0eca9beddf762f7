/*
 * A libnvidia-ml.so.1 without a GPU behind it, for tests, browser tests and
 * the bench. Names, layouts and codes are those of NVIDIA's nvml.h, so the
 * binding nvidia-ml-py and programs above it run on it as they are.
 *
 *   python -m jupyterlab_commons.tests.gpu.shim <folder>     builds it
 *
 * COMMONS_NVML_SHIM names a control file: lines of `key value`. It is looked
 * at in every call and read again when it changed (replace it, do not write
 * into it), so a running server sees the change. Without it: one idle GPU.
 *
 *   gpus 8               number of GPUs
 *   driver 550.54.15     version of the driver
 *   init 9               what nvmlInit answers (9 driver not loaded, 18 mismatch)
 *   hang 1               no call comes back until this is 0; or a function's name;
 *                        <control file>.hung is there once a call hangs
 *   latency_us 200       every call of a GPU's takes so long
 *   error.<function> 3   what that function answers (3 not supported, 4 no
 *                        permission, 7 too small, 13 unknown function, 15 lost)
 *   xid 1 0 79           event number 1: GPU 0 had Xid 79; next time number 2
 *   stride 32            bytes of one row of a process list (535.43 to 535.86)
 *
 * Of one GPU, `gpu.0.<key>`, or of each that has no such line, `gpu.*.<key>`:
 *   name uuid minor lost util util_mem mem_total mem_used mem_reserved (bytes)
 *   power power_limit (mW) temp fan clock clock_most mem_clock (MHz) reasons
 *   (bit mask) ecc error.<function>
 *   processes 12:1048576,13:-1      pid:bytes of compute; -1 is not available
 *   graphics 14:2048                the same for graphics
 *   pcie_tx pcie_rx nvlink_tx nvlink_rx (bytes a second; the counters move by
 *   themselves) or <the same>_total (bytes; the counter stands there)
 *   nvlink_links 18, nvlink_new 1 (counters of NVLink 5 only), pcie_wide 0
 *   (the counters are of 32 bits)
 *   mig 2                           MIG mode with so many instances, which have
 *                                   gpu.0.mig.1.<name uuid mem_total mem_used
 *                                   processes gi ci error.<function>>
 *
 * Built with -DWITHOUT_V3, -DWITHOUT_V2: as libraries from before those names.
 */
#include "nvml_shim.h"

#define ENTER(d) do { answer no = enter(__func__, d); if (no) return no; } while (0)
#define ENTER_DEVICE(d) do { if (!(d)) return BAD_ARGUMENT; ENTER(d); } while (0)
/* A MIG instance has no sensors of its own. */
#define ENTER_WHOLE(d) do { ENTER_DEVICE(d); if ((d)->mig >= 0) return NOT_SUPPORTED; } while (0)

/* The library and the list of GPUs */

answer nvmlInitWithFlags(unsigned flags) {
  (void)flags;
  wait_while_hung(__func__);
  answer no = number(NULL, "init", OK);
  if (!no) initialised++;
  return no;
}
answer nvmlInit_v2(void) { return nvmlInitWithFlags(0); }

answer nvmlShutdown(void) {
  if (!initialised) return UNINITIALIZED;
  initialised--;
  return OK;
}

const char *nvmlErrorString(answer code) {
  static __thread char line[40];
  snprintf(line, sizeof line, "NVML shim answer %d", code);
  return line;
}

static answer give_text(device d, const char *key, const char *otherwise,
                        char *out, unsigned length) {
  char value[VALUE];
  if (!find_of(d, key, value)) snprintf(value, sizeof value, "%s", otherwise);
  if (strlen(value) >= length) return TOO_SMALL;
  strcpy(out, value);
  return OK;
}

answer nvmlSystemGetDriverVersion(char *out, unsigned length) {
  ENTER(NULL);
  return give_text(NULL, "driver", "550.54.15", out, length);
}

answer nvmlDeviceGetCount_v2(unsigned *count) {
  ENTER(NULL);
  *count = number(NULL, "gpus", 1);
  return OK;
}
answer nvmlDeviceGetHandleByIndex_v2(unsigned index, device *out) {
  if (index >= MOST_GPUS) return BAD_ARGUMENT;
  device d = &handles[index][0];
  *d = (struct handle){index, -1};
  ENTER(d);
  if (index >= number(NULL, "gpus", 1)) return BAD_ARGUMENT;
  *out = d;
  return OK;
}

answer nvmlDeviceGetName(device d, char *out, unsigned length) {
  ENTER_DEVICE(d);
  return give_text(d, "name", d->mig < 0 ? "NVIDIA Shim" : "NVIDIA Shim MIG 1g.10gb",
                   out, length);
}

answer nvmlDeviceGetUUID(device d, char *out, unsigned length) {
  char uuid[80];
  ENTER_DEVICE(d);
  if (d->mig < 0) snprintf(uuid, sizeof uuid, "GPU-%08d-0000-4000-8000-000000000000", d->gpu);
  else snprintf(uuid, sizeof uuid, "MIG-%08d-0000-4000-8000-%012d", d->gpu, d->mig);
  return give_text(d, "uuid", uuid, out, length);
}

/* Figures */

#define FIGURE(FUNCTION, KEY, OTHERWISE)        \
  answer FUNCTION(device d, unsigned *out) {    \
    ENTER_WHOLE(d);                             \
    *out = number(d, KEY, OTHERWISE);           \
    return OK;                                  \
  }
FIGURE(nvmlDeviceGetIndex, "index", d->gpu)
FIGURE(nvmlDeviceGetMinorNumber, "minor", d->gpu)
FIGURE(nvmlDeviceGetPowerUsage, "power", 60000)
FIGURE(nvmlDeviceGetEnforcedPowerLimit, "power_limit", 700000)
FIGURE(nvmlDeviceGetFanSpeed, "fan", 30)
FIGURE(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_generation", 5)
FIGURE(nvmlDeviceGetMaxPcieLinkWidth, "pcie_width", 16)
FIGURE(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_generation", 5)
FIGURE(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width", 16)

answer nvmlDeviceGetTemperature(device d, int sensor, unsigned *out) {
  ENTER_WHOLE(d);
  if (sensor) return BAD_ARGUMENT;
  *out = number(d, "temp", 40);
  return OK;
}

#ifndef WITHOUT_V3
struct temperature { unsigned version; int sensor, degrees; };
answer nvmlDeviceGetTemperatureV(device d, struct temperature *out) {
  ENTER_WHOLE(d);
  if (out->version != (sizeof *out | 1 << 24)) return BAD_VERSION;
  if (out->sensor) return BAD_ARGUMENT;
  out->degrees = number(d, "temp", 40);
  return OK;
}
#endif

struct rates { unsigned gpu, memory; };
answer nvmlDeviceGetUtilizationRates(device d, struct rates *out) {
  ENTER_WHOLE(d);
  if (number(d, "mig", 0)) return NOT_SUPPORTED;
  out->gpu = number(d, "util", 0);
  out->memory = number(d, "util_mem", 0);
  return OK;
}

static u64 total(device d) { return number(d, "mem_total", d->mig < 0 ? 80ULL << 30 : 10ULL << 30); }
static u64 reserved(device d) { return number(d, "mem_reserved", d->mig < 0 ? 512ULL << 20 : 16ULL << 20); }

struct memory1 { u64 total, free, used; };
answer nvmlDeviceGetMemoryInfo(device d, struct memory1 *out) {
  ENTER_DEVICE(d);
  out->total = total(d);
  out->used = number(d, "mem_used", 0) + reserved(d);
  out->free = out->total - out->used;
  return OK;
}

#ifndef WITHOUT_V2
struct memory2 { unsigned version; u64 total, reserved, free, used; };
answer nvmlDeviceGetMemoryInfo_v2(device d, struct memory2 *out) {
  ENTER_DEVICE(d);
  if (out->version != (sizeof *out | 2 << 24)) return BAD_VERSION;
  out->total = total(d);
  out->reserved = reserved(d);
  out->used = number(d, "mem_used", 0);
  out->free = out->total - out->reserved - out->used;
  return OK;
}
#endif

static answer clock_of(device d, int kind, const char *one, const char *memory, unsigned *out) {
  if (kind < 0 || kind > 3) return BAD_ARGUMENT;
  *out = kind == 2 ? number(d, memory, 2619) : number(d, one, 1980);
  return OK;
}
answer nvmlDeviceGetClockInfo(device d, int kind, unsigned *out) {
  ENTER_WHOLE(d);
  return clock_of(d, kind, "clock", "mem_clock", out);
}
answer nvmlDeviceGetMaxClockInfo(device d, int kind, unsigned *out) {
  ENTER_WHOLE(d);
  return clock_of(d, kind, "clock_most", "mem_clock_most", out);
}

answer nvmlDeviceGetCurrentClocksThrottleReasons(device d, u64 *out) {
  ENTER_WHOLE(d);
  *out = number(d, "reasons", 1);
  return OK;
}
#ifndef WITHOUT_V3
answer nvmlDeviceGetCurrentClocksEventReasons(device d, u64 *out) {
  ENTER_WHOLE(d);
  *out = number(d, "reasons", 1);
  return OK;
}
#endif

answer nvmlDeviceGetTotalEccErrors(device d, int kind, int counter, u64 *out) {
  ENTER_WHOLE(d);
  *out = kind == 1 && counter == 0 ? number(d, "ecc", 0) : 0;
  return OK;
}

/* Documented to look for 20 ms; the reason why nobody should call it in a loop. */
answer nvmlDeviceGetPcieThroughput(device d, int direction, unsigned *out) {
  ENTER_WHOLE(d);
  pause_us(number(NULL, "pcie_window_us", 20000));
  *out = number(d, direction ? "pcie_rx" : "pcie_tx", 0) / 1024;
  return OK;
}

answer nvmlDeviceGetNvLinkVersion(device d, unsigned link, unsigned *out) {
  ENTER_WHOLE(d);
  if (link >= number(d, "nvlink_links", 0)) return NOT_SUPPORTED;
  *out = 7;
  return OK;
}

/* Counters, as field values */

struct field {
  unsigned id, scope;
  long long timestamp, latency;
  int type;
  answer result;
  union { double real; unsigned narrow; u64 wide; } value;
};

static u64 counter(device d, const char *key) {
  char name[64];
  snprintf(name, sizeof name, "%s_total", key);
  return number(d, name, (u64)(number(d, key, 0) * seconds()));
}

static u64 of_link(device d, const char *key, unsigned link, u64 links) {
  u64 all = counter(d, key);
  return link == ~0u ? all : link < links ? all / links : 0;
}

static void give_field(device d, struct field *f) {
  u64 links = number(d, "nvlink_links", 0), newer = number(d, "nvlink_new", 0);
  const char *nvlink = f->id == 138 || f->id == 202 ? "nvlink_tx" : "nvlink_rx";
  f->result = OK;
  f->type = 3;
  if (f->id == 197 || f->id == 198) {
    f->value.wide = counter(d, f->id == 197 ? "pcie_tx" : "pcie_rx");
    if (!number(d, "pcie_wide", 1)) f->type = 1;
  } else if (f->id == 91 && links) {
    f->type = 1;
    f->value.narrow = links;
  } else if ((f->id == 138 || f->id == 139) && links && !newer) {
    f->value.wide = of_link(d, nvlink, f->scope, links) / 1024;
  } else if ((f->id == 202 || f->id == 204) && newer && f->scope < links) {
    f->value.wide = of_link(d, nvlink, f->scope, links);
  } else if (links && (f->id - 84 < 6 || f->id - 132 < 6)) {
    f->type = 1; /* the speed of one link, in MB a second */
    f->value.narrow = 26562;
  } else {
    f->result = NOT_SUPPORTED;
  }
}

answer nvmlDeviceGetFieldValues(device d, int count, struct field *fields) {
  ENTER_WHOLE(d);
  for (int i = 0; i < count; i++) give_field(d, &fields[i]);
  return OK;
}

/* Processes */

static answer give_processes(device d, const char *key, unsigned row, unsigned *count, char *out) {
  char value[VALUE] = "", *rest = value, *item;
  unsigned found = 0, room = *count;
  find_of(d, key, value);
  while ((item = strsep(&rest, ","))) {
    char *bytes = strchr(item, ':');
    if (!bytes) continue;
    if (found < room && out) {
      char *at = out + (size_t)found * row;
      memset(at, 0xff, row);
      *(unsigned *)at = strtoul(item, NULL, 10);
      *(u64 *)(at + 8) = strtoll(bytes + 1, NULL, 10);
    }
    found++;
  }
  *count = found;
  return found > room ? TOO_SMALL : OK;
}

/* "Too small" as an injected error asks for more each time, for ever. */
#define PROCESSES(FUNCTION, KEY, ROW)                              \
  answer FUNCTION(device d, unsigned *count, void *out) {          \
    if (!d || !count) return BAD_ARGUMENT;                         \
    answer no = enter(__func__, d);                                \
    if (no == TOO_SMALL) *count += 1;                              \
    return no ? no : give_processes(d, KEY, ROW, count, out);      \
  }
PROCESSES(nvmlDeviceGetComputeRunningProcesses, "processes", 16)
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses, "graphics", 16)
#ifndef WITHOUT_V2
PROCESSES(nvmlDeviceGetComputeRunningProcesses_v2, "processes", 24)
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2, "graphics", 24)
#ifndef WITHOUT_V3
PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3, "processes", number(NULL, "stride", 24))
PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3, "graphics", number(NULL, "stride", 24))
#endif
#endif

/* MIG */

answer nvmlDeviceGetMigMode(device d, unsigned *current, unsigned *pending) {
  ENTER_WHOLE(d);
  *current = *pending = number(d, "mig", 0) > 0;
  return OK;
}

answer nvmlDeviceGetMaxMigDeviceCount(device d, unsigned *count) {
  ENTER_WHOLE(d);
  *count = MOST_MIG;
  return OK;
}

answer nvmlDeviceGetMigDeviceHandleByIndex(device d, unsigned index, device *out) {
  ENTER_WHOLE(d);
  if (index >= MOST_MIG || index >= number(d, "mig", 0)) return NOT_FOUND;
  *out = &handles[d->gpu][index + 1];
  **out = (struct handle){d->gpu, index};
  return OK;
}

static answer instance(device d, const char *key, unsigned otherwise, unsigned *out) {
  if (d->mig < 0) return NOT_SUPPORTED;
  *out = number(d, key, otherwise);
  return OK;
}
answer nvmlDeviceGetGpuInstanceId(device d, unsigned *out) {
  ENTER_DEVICE(d);
  return instance(d, "gi", d->mig + 1, out);
}
answer nvmlDeviceGetComputeInstanceId(device d, unsigned *out) {
  ENTER_DEVICE(d);
  return instance(d, "ci", 0, out);
}

/* Events */

static u64 last_event(unsigned *gpu, u64 *xid) {
  char value[VALUE];
  u64 event = 0;
  if (find("xid", value)) sscanf(value, "%llu %u %llu", &event, gpu, xid);
  return event;
}

answer nvmlEventSetCreate(event_set *out) {
  unsigned gpu;
  u64 xid;
  ENTER(NULL);
  *out = calloc(1, sizeof **out);
  (*out)->seen = last_event(&gpu, &xid);
  return OK;
}

answer nvmlDeviceRegisterEvents(device d, u64 types, event_set set) {
  ENTER_WHOLE(d);
  if (types != 8) return NOT_SUPPORTED;
  set->gpus |= 1ULL << d->gpu;
  return OK;
}

struct event { device device; u64 type, data; unsigned gi, ci; };
answer nvmlEventSetWait_v2(event_set set, struct event *out, unsigned timeout_ms) {
  unsigned gpu = 0;
  u64 xid = 0, event;
  ENTER(NULL);
  event = last_event(&gpu, &xid);
  if (event == set->seen || gpu >= MOST_GPUS || !(set->gpus >> gpu & 1)) {
    pause_us(timeout_ms * 1000ULL);
    return TIMEOUT;
  }
  set->seen = event;
  *out = (struct event){&handles[gpu][0], 8, xid, ~0u, ~0u};
  return OK;
}

answer nvmlEventSetFree(event_set set) {
  free(set);
  return OK;
}
