// Element types, widened for arithmetic: float64 stays, all others become float32.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "xcorr.h"

namespace tracker {

__device__ inline double widen(double value) { return value; }
__device__ inline float widen(float value) { return value; }
__device__ inline float widen(__half value) { return __half2float(value); }
__device__ inline float widen(__nv_bfloat16 value) { return __bfloat162float(value); }

__device__ inline void store(double* to, double value) { *to = value; }
__device__ inline void store(float* to, float value) { *to = value; }
__device__ inline void store(__half* to, float value) { *to = __float2half_rn(value); }
__device__ inline void store(__nv_bfloat16* to, float value) { *to = __float2bfloat16_rn(value); }

// Calls `body` with a value of the C++ type for `type`. The direct kernels need the type only where
// they copy, and branch there instead of being compiled once per type.
template <typename Body>
__device__ void with_type(Type type, Body body) {
  if (type == Type::float32) {
    body(float{});
  } else if (type == Type::float16) {
    body(__half{});
  } else {
    body(__nv_bfloat16{});
  }
}

}  // namespace tracker
