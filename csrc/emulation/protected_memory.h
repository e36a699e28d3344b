// Memory beside inaccessible pages, and the conversion of faults to messages.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <functional>
#include <string>

namespace emulation {

// `size` bytes directly before an inaccessible page, or directly behind one. Their pages are filled
// with ones, which are NaN in every type.
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

// Runs `body`, which may switch to the stacks of fibers. Returns the description of a fault, or "".
std::string describe_fault(const std::function<void()>& body);

}  // namespace emulation
