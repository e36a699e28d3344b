// Memory whose neighbourhood cannot be touched, and the conversion of faults to exceptions.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <functional>
#include <string>

namespace emulation {

// `size` bytes directly before an inaccessible page, or directly behind one. The rest of their own
// pages is filled like the memory itself: with ones, which are NaN in every type.
class ProtectedMemory {
 public:
  enum class Side { behind, before };

  ProtectedMemory(std::size_t size, Side inaccessible);
  ~ProtectedMemory();
  ProtectedMemory(const ProtectedMemory&) = delete;

  void* data() const { return data_; }
  void poison();

 private:
  void* mapping_;
  std::size_t mapped_;
  void* data_;
  std::size_t size_;
};

// Runs `body`, also on the stack of another fiber. Returns what a fault in it was, or "".
std::string describe_fault(const std::function<void()>& body);

}  // namespace emulation
