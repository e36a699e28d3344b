// The one sum that all six operators are, and the kernels that compute it.
//
//   response[b, c, y, x] = sum over (u, v) of exemplar[., c, u, v] * search[., c, y + u, x + v]
//
// summed over the channels too, or over the searches of one exemplar, as `sum` says. The gradients
// are the same sum with other maps in the three roles (see xcorr.cu).
#pragma once

#include "xcorr.h"

namespace tracker {

enum class Sum { none, channels, searches };

struct Correlation {
  Map exemplar;
  Map search;
  Map response;
  Type type;
  Sum sum;
  bool bordered;  // The exemplar also slides beyond the edges of the search, which count as zero.

  // Number of consecutive searches that share an exemplar, or a response if `sum` is `searches`.
  std::int64_t group() const {
    const Map& shared = sum == Sum::searches ? response : exemplar;
    return search.sizes[0] / shared.sizes[0];
  }
};

// Each enqueues its kernel and returns true, or returns false if the kernel does not support the
// correlation. `simple` supports all.
bool tensor_core_summed(const Correlation&, cudaStream_t);
bool direct_summed(const Correlation&, cudaStream_t);
bool direct_depthwise(const Correlation&, cudaStream_t);
bool direct_exemplar_grad(const Correlation&, cudaStream_t);
void simple(const Correlation&, cudaStream_t);

}  // namespace tracker
