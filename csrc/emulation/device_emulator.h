// A GPU for tests: runs kernels on the CPU, one cluster of blocks after another.
//
// Every thread of a cluster is a fiber that runs until it has to wait for others. So in at least
// one order of the threads, a read that lacks a barrier comes before the write. Kernels run with
// these checks:
//  - shared memory is filled with NaN before each block, and an access beyond its end faults;
//  - a barrier that not all threads reach, or not at the same place, is an error;
//  - asynchronous copies arrive at the wait, not before;
//  - a misaligned access, or an access to an unmapped page, is an error (see protected_memory.h).
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <source_location>
#include <vector>

#include "protected_memory.h"

namespace emulation {

constexpr unsigned WARP = 32;

struct Dim3 {
  unsigned x, y, z;
  Dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

}  // namespace emulation

// Indices of the running thread.
inline emulation::Dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {

struct Launch {
  Dim3 grid, block;
  unsigned cluster;  // Blocks along y that form a cluster.
  std::size_t shared_bytes;
};

struct Block {
  Dim3 index;
  unsigned rank;  // In its cluster.
  std::unique_ptr<ProtectedMemory> shared;
};

enum class Scope { none, warp, block, cluster };

struct Thread {
  Dim3 thread_index;
  Block* block;
  unsigned lane;
  Thread* warp;  // Its first thread.
  Scope waiting;
  std::source_location place;
  bool done;
  std::vector<std::function<void()>> copies;  // Started, not yet waited for.
  std::uint32_t shown[2][6];                  // Words shared with the warp; see exchange().
  unsigned exchanges;
  ucontext_t context;
  std::unique_ptr<char[]> stack;
};

enum class Order { forward, reversed, shuffled };

class Device {
 public:
  int code = 90;  // 10 * compute capability
  int multiprocessors = 132;
  Order order = Order::forward;
  bool refuses = false;                // Refuses every launch.
  std::map<void*, int> granted_bytes;  // By kernel, set by cudaFuncSetAttribute.
  Launch launched;

  std::size_t shared_bytes() const {
    return (code == 75 ? 64 : code == 86 || code == 89 || code == 120 ? 99 : 227) * 1024;
  }
  // Runs all blocks. Returns false if a GPU would refuse the launch; throws std::runtime_error for
  // an error in the kernel.
  bool run(const Launch& launch, void* kernel, const std::function<void()>& body);
  void wait(Scope scope, std::source_location place);
  Thread& current() { return *current_; }
  Block& block_of_cluster(unsigned rank) { return blocks_[rank]; }

 private:
  void run_cluster();
  void release(Scope scope, std::size_t size);
  static void enter();

  std::vector<Block> blocks_;
  std::vector<Thread> threads_;
  Thread* current_ = nullptr;
  ucontext_t scheduler_;
  const std::function<void()>* body_ = nullptr;
  std::string error_;
};

extern Device device;

inline Thread& current_thread() { return device.current(); }
inline void barrier(Scope scope, std::source_location place) { device.wait(scope, place); }

}  // namespace emulation
