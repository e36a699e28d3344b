#include "device_emulator.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>

namespace emulation {

Device device;

namespace {

constexpr std::size_t STACK_BYTES = 64 * 1024;
constexpr std::size_t DEFAULT_SHARED_BYTES = 48 * 1024;

std::string describe(const Thread& thread) {
  const Dim3 &block = thread.block->index, &index = thread.thread_index;
  return "thread " + std::to_string(index.x) + " of block (" + std::to_string(block.x) + ", " +
         std::to_string(block.y) + ")";
}

}  // namespace

bool Device::run(const Launch& launch, void* kernel, const std::function<void()>& body) {
  const auto granted = granted_bytes.find(kernel);
  const std::size_t limit = granted == granted_bytes.end()
                                ? DEFAULT_SHARED_BYTES
                                : std::max<std::size_t>(granted->second, DEFAULT_SHARED_BYTES);
  const unsigned size = launch.block.x * launch.block.y * launch.block.z;
  if (refuses || size == 0 || size > 1024 || launch.shared_bytes > limit || launch.grid.x == 0 ||
      launch.grid.x > 0x7fffffff || launch.grid.y == 0 || launch.grid.y > 65535 ||
      launch.grid.y % launch.cluster != 0 || launch.cluster > (code >= 90 ? 8u : 1u)) {
    return false;
  }
  launched = launch;
  blockDim = launch.block;
  gridDim = launch.grid;
  body_ = &body;
  error_.clear();
  blocks_ = std::vector<Block>(launch.cluster);
  for (Block& block : blocks_) {
    block.shared = std::make_unique<ProtectedMemory>((launch.shared_bytes + 15) / 16 * 16,
                                                     ProtectedMemory::Side::behind);
  }
  if (threads_.size() != launch.cluster * size) {
    threads_ = std::vector<Thread>(launch.cluster * size);
    for (Thread& thread : threads_) thread.stack = std::make_unique<char[]>(STACK_BYTES);
  }
  for (unsigned y = 0; y < launch.grid.y; y += launch.cluster) {
    for (unsigned x = 0; x < launch.grid.x; ++x) {
      for (unsigned rank = 0; rank < launch.cluster; ++rank) {
        blocks_[rank].index = Dim3(x, y + rank, 0);
        blocks_[rank].rank = rank;
        blocks_[rank].shared->poison();
      }
      const std::string fault = describe_fault([this] { run_cluster(); });
      if (!fault.empty())
        throw std::runtime_error("emulation: " + fault + ", " + describe(*current_));
      if (!error_.empty()) throw std::runtime_error("emulation: " + error_);
    }
  }
  return true;
}

void Device::run_cluster() {
  const std::size_t size = launched.block.x;
  std::vector<std::size_t> order(threads_.size());
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    Thread& thread = threads_[i];
    thread.thread_index = Dim3(i % size, 0, 0);
    thread.block = &blocks_[i / size];
    thread.lane = i % size % WARP;
    thread.warp = &thread - thread.lane;
    thread.waiting = Scope::none;
    thread.done = false;
    thread.copies.clear();
    thread.exchanges = 0;
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = STACK_BYTES;
    thread.context.uc_link = &scheduler_;
    makecontext(&thread.context, &Device::enter, 0);
    order[i] = this->order == Order::reversed ? threads_.size() - 1 - i : i;
  }
  std::mt19937 random(1);
  while (error_.empty()) {
    if (this->order == Order::shuffled) std::shuffle(order.begin(), order.end(), random);
    bool ran = false;
    for (const std::size_t i : order) {
      if (threads_[i].done || threads_[i].waiting != Scope::none) continue;
      current_ = &threads_[i];
      threadIdx = current_->thread_index;
      blockIdx = current_->block->index;
      swapcontext(&scheduler_, &current_->context);
      ran = true;
    }
    if (std::all_of(threads_.begin(), threads_.end(), [](auto& thread) { return thread.done; })) {
      return;
    }
    release(Scope::warp, WARP);
    release(Scope::block, size);
    release(Scope::cluster, threads_.size());
    if (!ran && error_.empty()) error_ = "threads wait at barriers that others never reach";
  }
}

// Releases every group of `size` threads of a block (or of the cluster) in which all wait.
void Device::release(Scope scope, std::size_t size) {
  const std::size_t domain = scope == Scope::cluster ? threads_.size() : launched.block.x;
  for (std::size_t start = 0; start < threads_.size();) {
    const std::size_t left = domain - start % domain;
    const std::size_t stop = start + std::min(size, left);
    const auto waits = [&](const Thread& thread) { return thread.waiting == scope; };
    const auto begin = threads_.begin() + start, end = threads_.begin() + stop;
    start = stop;
    if (std::none_of(begin, end, waits)) continue;
    const auto done = std::find_if(begin, end, [](const Thread& thread) { return thread.done; });
    if (done != end) {
      error_ = describe(*done) + " has ended while others wait at a barrier";
      return;
    }
    if (!std::all_of(begin, end, waits)) continue;
    for (auto thread = begin; thread != end; ++thread) {
      if (thread->place.line() != begin->place.line()) {
        error_ = "threads wait at different barriers, lines " +
                 std::to_string(begin->place.line()) + " and " +
                 std::to_string(thread->place.line()) + " of " + thread->place.file_name();
        return;
      }
    }
    for (auto thread = begin; thread != end; ++thread) thread->waiting = Scope::none;
  }
}

void Device::wait(Scope scope, std::source_location place) {
  Thread* const self = current_;
  self->waiting = scope;
  self->place = place;
  swapcontext(&self->context, &scheduler_);
}

void Device::enter() {
  (*device.body_)();
  if (!device.current_->copies.empty()) {
    device.error_ = describe(*device.current_) + " has ended before its copies have";
  }
  device.current_->done = true;
}

}  // namespace emulation
