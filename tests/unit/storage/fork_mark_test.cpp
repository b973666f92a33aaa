#include "storage/fork_mark.hpp"

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "support/child_process.hpp"
#include "support/refused_call.hpp"

using tenancy::detail::ForkMark;
using tenancy_test::text_from_child;

TEST_CASE("a mark tells its own process from the children and theirs") {
  for (const auto means : {ForkMark::Means::page, ForkMark::Means::process_id}) {
    const ForkMark mark{means};
    CHECK(mark.means() == means);
    CHECK(mark.in_same_process());
    const auto ask = [&] { return std::string{mark.in_same_process() ? "same" : "other"}; };
    CHECK(text_from_child(ask) == "other");
    CHECK(text_from_child([&] { return text_from_child(ask); }) == "other");
    CHECK(mark.in_same_process());
  }
}

TEST_CASE("a mark that a child makes is the child's own") {
  const ForkMark parents;
  const std::string said = text_from_child([&] {
    const ForkMark own;
    const auto ask = [&] { return std::string{own.in_same_process() ? "same" : "other"}; };
    return (parents.in_same_process() ? "same " : "other ") + ask() + " " + text_from_child(ask);
  });
  CHECK(said == "other same other");
}

TEST_CASE("marks give back their pages") {
  constexpr std::size_t many = 8'000;
  const auto pages = [] {
    std::size_t count = 0;
    std::ifstream{"/proc/self/statm"} >> count;
    return count;
  };
  const std::size_t before = pages();
  for (std::size_t i = 0; i < many; ++i) {
    const ForkMark mark;
    REQUIRE(mark.means() == ForkMark::Means::page);
  }
  CHECK(pages() < before + many / 2);
}

TEST_CASE("a mark goes by the process's number where pages are not wiped") {
  const std::string said = text_from_child([] {
    constexpr unsigned advice = 2;
    tenancy_test::refuse_call({SYS_madvise, advice, 0xFFFF'FFFF, MADV_WIPEONFORK}, EINVAL);
    const ForkMark mark;
    const auto ask = [&] { return std::string{mark.in_same_process() ? "same" : "other"}; };
    return std::string{mark.means() == ForkMark::Means::process_id ? "number " : "page "} + ask() +
           " " + text_from_child(ask);
  });
  CHECK(said == "number same other");
}
