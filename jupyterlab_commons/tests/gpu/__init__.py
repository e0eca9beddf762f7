"""GPUs without a GPU: the real ctypes code on a shim of NVML, and fixture trees."""
