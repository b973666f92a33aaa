#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "support/mounts.hpp"

namespace tenancy_test {

/// A system call, or those of it that have one value in some bits of an argument.
struct SystemCall {
  long number;
  unsigned argument = 0;
  std::uint32_t bits = 0;
  std::uint32_t value = 0;
};

/// What hard links are made with.
#ifdef SYS_link
inline constexpr SystemCall link_call{SYS_link};
#else
inline constexpr SystemCall link_call{SYS_linkat};
#endif

/// From now on the kernel refuses the call to this thread, with the error. For a child process.
inline void refuse_call(const SystemCall& call, int reason) {
  const auto argument = offsetof(seccomp_data, args) + call.argument * sizeof(std::uint64_t);
  std::array<sock_filter, 7> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(argument)),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, call.bits),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call.value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(reason)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  require_system(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
  require_system(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, "seccomp");
}

}  // namespace tenancy_test
