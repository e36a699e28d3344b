// Replaces the header of the CUDA toolkit: the parts of language and runtime that csrc/ uses, on
// the emulated device of device_emulator.h.
#pragma once

#include <algorithm>
#include <cmath>

#include "../device_emulator.h"

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)

using std::max;
using std::min;

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }

using dim3 = emulation::Dim3;
using cudaStream_t = struct EmulatedStream*;

enum cudaError_t { cudaSuccess = 0, cudaErrorInvalidValue = 1 };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount,
  cudaDevAttrMaxSharedMemoryPerBlockOptin,
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
enum cudaLaunchAttributeID { cudaLaunchAttributeClusterDimension };
struct cudaFuncAttributes {
  int ptxVersion;
};
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    struct {
      unsigned x, y, z;
    } clusterDim;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes;
  cudaStream_t stream;
  cudaLaunchAttribute* attrs;
  unsigned numAttrs;
};

inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorName(cudaError_t error) {
  return error == cudaSuccess ? "cudaSuccess" : "cudaErrorInvalidValue";
}
inline const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaSuccess ? "no error" : "invalid argument";
}
inline cudaError_t cudaGetDevice(int* number) {
  *number = emulation::device.code;  // Another architecture counts as another device.
  return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  *value = attribute == cudaDevAttrMultiProcessorCount
               ? emulation::device.multiprocessors
               : static_cast<int>(emulation::device.shared_bytes());
  return cudaSuccess;
}
template <typename Kernel>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel) {
  attributes->ptxVersion = emulation::device.code;
  return cudaSuccess;
}
template <typename Kernel>
cudaError_t cudaFuncSetAttribute(Kernel kernel, cudaFuncAttribute, int bytes) {
  if (static_cast<std::size_t>(bytes) > emulation::device.shared_bytes()) {
    return cudaErrorInvalidValue;
  }
  emulation::device.granted_bytes[reinterpret_cast<void*>(kernel)] = bytes;
  return cudaSuccess;
}
template <typename... Parameters>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Parameters... arguments) {
  const auto& cluster = config->attrs->val.clusterDim;
  const emulation::Launch launch = {config->gridDim, config->blockDim,
                                    config->numAttrs ? cluster.y : 1, config->dynamicSmemBytes};
  const bool valid =
      emulation::device.run(launch, reinterpret_cast<void*>(kernel), [&] { kernel(arguments...); });
  return valid ? cudaSuccess : cudaErrorInvalidValue;
}

inline void __syncthreads(std::source_location where = std::source_location::current()) {
  emulation::barrier(emulation::Scope::block, where);
}
