import type { UsageProblem } from './usage.ts';

/**
 * What the server does not know, and why. Each is one line in the panel; the
 * text says what it means for the person and what can be done.
 */
export const usageProblems: Record<UsageProblem, string> = {
  MEMORY_UNREADABLE:
    'The memory of this server cannot be read, so no limit is watched. An admin can look at the permissions of /sys/fs/cgroup.',
  CPU_UNREADABLE: 'The CPU time of this server cannot be read.',
  LIMIT_UNKNOWN:
    'No memory limit is visible from inside this server. The figures are those of the whole machine, and others share it.',
  PROCESSES_UNREADABLE:
    'Processes cannot be read here, so use cannot be told apart by notebook.',
  PROCESSES_MANY:
    'There are very many processes, so use by notebook is measured less often.',
  MEMORY_ESTIMATED:
    'Memory that several processes share may be counted more than once in the table.',
  DISK_UNREADABLE: 'The disk of your home folder cannot be measured.',
  DISK_COMMAND_FAILED:
    'The quota command that the admin has set does not answer as it should, so the file system is shown instead.',
  GPU_DRIVER_MISSING:
    'The NVIDIA library is here but its driver is not. An admin can look at how this server is given its GPUs.',
  GPU_VERSION_MISMATCH:
    'The NVIDIA driver was updated under this server. Stop this server and start it again.',
  GPU_NO_PERMISSION: 'The GPUs may not be looked at from this server.',
  GPU_STUCK:
    'The GPU driver does not answer. Nothing else is affected; the last figures are shown with their age.',
  GPU_FAILED:
    'The GPUs cannot be read. The detail is in the log of this server.',
  GPU_PROCESSES_HIDDEN:
    'Processes on the GPUs cannot be matched to notebooks from inside this container.'
};
