#include <string>

#include <gtest/gtest.h>

#include <tenancy/testing/factory.hpp>
#include <tenancy/testing/isolation_check.hpp>
#include <tenancy/testing/temporary_store.hpp>

#include "notebook.hpp"

using notebook::Note;
using tenancy::testing::Factory;
using tenancy::testing::IsolationCheck;
using tenancy::testing::TemporaryStore;

TEST(Notebook, KeepsTeamsApartInEveryTable) {
  const TemporaryStore test{notebook::options()};
  IsolationCheck check{test};
  check.repository(Factory<Note>{
      [](Note& note, std::size_t number) { note.title = "Note " + std::to_string(number); }});
  const auto report = check.finish();
  EXPECT_TRUE(report.holds()) << report.to_string();
}
