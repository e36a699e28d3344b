#include "protected_memory.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

namespace emulation {
namespace {

const std::size_t PAGE = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
sigjmp_buf before_fault;

void on_fault(int signal) { siglongjmp(before_fault, signal); }

}  // namespace

ProtectedMemory::ProtectedMemory(std::size_t size, Side inaccessible) : size_(size) {
  const std::size_t pages = (size + PAGE - 1) / PAGE * PAGE;
  mapped_ = pages + 2 * PAGE;
  mapping_ = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::bad_alloc();
  char* const first = static_cast<char*>(mapping_) + PAGE;
  if (pages > 0) {
    mprotect(first, pages, PROT_READ | PROT_WRITE);
    std::memset(first, 0xff, pages);
  }
  data_ = inaccessible == Side::behind ? first + pages - size : first;
}

ProtectedMemory::~ProtectedMemory() { munmap(mapping_, mapped_); }

void ProtectedMemory::poison() { std::memset(data_, 0xff, size_); }

std::string describe_fault(const std::function<void()>& body) {
  static char stack[1 << 16];  // The fibers' own stacks are too small for a handler.
  stack_t handler_stack = {};
  stack_t old_stack;
  handler_stack.ss_sp = stack;
  handler_stack.ss_size = sizeof stack;
  sigaltstack(&handler_stack, &old_stack);
  struct sigaction action = {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_ONSTACK;
  constexpr int SIGNALS[] = {SIGSEGV, SIGBUS, SIGILL};
  struct sigaction old_actions[3];
  for (int i = 0; i < 3; ++i) sigaction(SIGNALS[i], &action, &old_actions[i]);

  const int signal = sigsetjmp(before_fault, 1);
  if (signal == 0) body();

  for (int i = 0; i < 3; ++i) sigaction(SIGNALS[i], &old_actions[i], nullptr);
  sigaltstack(&old_stack, nullptr);
  if (signal == 0) return "";
  // The compiler's checks of alignment and of array bounds end in an illegal instruction.
  return signal == SIGILL ? "misaligned access or array index out of bounds"
                          : "access out of bounds";
}

}  // namespace emulation
