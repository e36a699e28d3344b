// Replaces the header of the CUDA toolkit.
#pragma once

struct __half {
  _Float16 value;
};
inline float __half2float(__half value) { return value.value; }
inline __half __float2half_rn(float value) { return {static_cast<_Float16>(value)}; }
