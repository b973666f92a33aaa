#include "ctl/interruption.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl/exit_status.hpp"

namespace tenantctl {
namespace {

int checked(int descriptor) {
  if (descriptor < 0) {
    throw std::system_error{errno, std::generic_category(), "waiting for signals"};
  }
  return descriptor;
}

void raise_event(int descriptor) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
}

}  // namespace

Interruption::Interruption()
    : noticed_{checked(::eventfd(0, EFD_CLOEXEC))}, end_{checked(::eventfd(0, EFD_CLOEXEC))} {
  sigset_t handled{};
  ::sigemptyset(&handled);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaddset(&handled, each);
  }
  ::pthread_sigmask(SIG_BLOCK, &handled, &before_);
  signals_ = checked(::signalfd(-1, &handled, SFD_CLOEXEC));
  thread_ = std::thread{[this] { wait(); }};
}

Interruption::~Interruption() {
  raise_event(end_);
  thread_.join();
  for (const int descriptor : {signals_, noticed_, end_}) {
    ::close(descriptor);
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interruption::wait() {
  while (true) {
    std::array<pollfd, 2> waited{{{signals_, POLLIN, 0}, {end_, POLLIN, 0}}};
    if (::poll(waited.data(), waited.size(), -1) < 0) {
      continue;
    }
    if (waited[1].revents != 0) {
      return;
    }
    signalfd_siginfo information{};
    if (::read(signals_, &information, sizeof information) != sizeof information) {
      continue;
    }
    const int number = static_cast<int>(information.ssi_signo);
    if (signal_.load() != 0) {
      // Whoever asks twice does not want to wait; the store is made for processes that die.
      ::_exit(exit_status_of_signal(number));
    }
    signal_.store(number);
    raise_event(noticed_);
    source_->request_stop();
  }
}

}  // namespace tenantctl
