// A disk that gets full under a silo.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "storage/sqlite_silo/silo_folder.hpp"
#include "support/small_disk.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::Condition;
using tenancy::errc;
using tenancy::Error;
using tenancy::TenantId;
using tenancy::TenantStatus;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::Ballast;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::must;
using tenancy_test::Silo;
using tenancy_test::tester;
using tenancy_test::write_note;

namespace {

/// What is wrong, one a line.
class Complaints {
 public:
  void expect(bool holds, std::string_view otherwise) {
    if (!holds) {
      text_ += std::string{otherwise} + "\n";
    }
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// That there is no room, in whichever words SQLite says so of the file that it was about.
bool tells_of_disk(const Error& error) {
  return error == errc::storage_full || error == errc::io_error || error == errc::cannot_open;
}

std::string fill_and_make_room(const std::filesystem::path& folder) {
  Complaints complaints;
  Silo silo;
  silo.root = folder / "silo";
  // As much as all files that are open need beside them.
  const Ballast ballast{folder / "ballast", 12U << 20U};
  std::vector<TenantId> tenants;
  {
    const auto authority = silo.open();
    // Until there is no room for another.
    constexpr int more_than_fit = 500;
    for (int number = 0; number < more_than_fit; ++number) {
      const auto slug = "t" + std::to_string(number);
      const auto made = authority.registry(tester()).create({slug, slug});
      if (!made) {
        complaints.expect(tells_of_disk(made.error()), "a creation: " + made.error().to_string());
        break;
      }
      tenants.push_back(made.value().id);
    }
    complaints.expect(tenants.size() > 3 && tenants.size() < more_than_fit, "no disk got full");
    complaints.expect(
        must(authority.registry(tester()).list({.limit = 500})).items.size() == tenants.size(),
        "a tenant whose creation failed is on the list");
    // What is there is read; what is written is kept as a whole, or refused.
    std::vector<std::int64_t> kept(tenants.size(), 0);
    for (int round = 0; round < 40; ++round) {
      for (std::size_t i = 0; i < tenants.size(); ++i) {
        const auto written =
            write_note(authority, tenants[i], std::to_string(round) + std::string(2'000, 'x'));
        kept[i] += written ? 1 : 0;
        complaints.expect(written.has_value() || tells_of_disk(written.error()),
                          "a write: " + (written ? "" : written.error().to_string()));
      }
    }
    for (std::size_t i = 0; i < tenants.size(); ++i) {
      const auto count = count_notes(authority, tenants[i]);
      complaints.expect(count.has_value() ? count.value() == kept[i] : tells_of_disk(count.error()),
                        "a full disk and a read");
    }
    const auto suspended = authority.registry(tester()).suspend(tenants[0]);
    complaints.expect(suspended.has_value() || tells_of_disk(suspended.error()), "a suspension");
    const bool is_active =
        must(authority.registry(tester()).find(tenants[0])).status == TenantStatus::active;
    complaints.expect(is_active == !suspended, "a suspension that is told otherwise than it came");

    ballast.drop();
    must(authority.registry(tester()).suspend(tenants[0]));
    complaints.expect(!count_notes(authority, tenants[0]), "a suspended tenant is let in");
    must(authority.registry(tester()).activate(tenants[0]));
    for (std::size_t i = 0; i < tenants.size(); ++i) {
      complaints.expect(must(count_notes(authority, tenants[i])) == kept[i], "a note was lost");
      must(write_note(authority, tenants[i], "there is room"));
    }
    tenants.push_back(create(authority, "one-more").id);
  }
  const auto authority = silo.open();
  const SiloFolder in{silo.root};
  complaints.expect(silo.files().size() == tenants.size(), "files of nobody");
  complaints.expect(must(in.drafts_left()).empty(), "a draft that nobody needs");
  for (const TenantId tenant : tenants) {
    must(count_notes(authority, tenant));
    SQLite::Database file{in.file_of(tenant).string(), SQLite::OPEN_READWRITE, 5000};
    complaints.expect(std::string{file.execAndGet("PRAGMA integrity_check").getText()} == "ok",
                      "a damaged file");
  }
  return complaints.text();
}

}  // namespace

TEST_CASE(
    "a disk that gets full keeps no half of a tenant, and all files serve once there is room") {
  const tenancy_test::TemporaryFolder folder;
  CHECK(tenancy_test::on_small_disk(folder.path(), "22m",
                                    [&] { return fill_and_make_room(folder.path()); }) == "");
}
