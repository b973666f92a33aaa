#include "tenants/population.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/crc.hpp>

#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/timestamp.hpp"

#include "must.hpp"
#include "raw_deployments.hpp"
#include "raw_statement.hpp"
#include "tenants/library_side.hpp"

namespace tenancy_bench {
namespace {

constexpr std::string_view lower_base32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view upper_base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// SplitMix64, which is the same on every platform.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t value = state_;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
  }

  void write_digits(std::string& text, std::size_t count, std::string_view alphabet) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i, bits >>= 5) {
      if (i % 12 == 0) {
        bits = next();
      }
      text += alphabet[bits % 32];
    }
  }

 private:
  std::uint64_t state_;
};

tenancy::TenantId id_of(std::size_t number) {
  const std::uint64_t bits = Random{number}.next();
  return must(tenancy::TenantId::from_value(
      static_cast<std::int64_t>(bits & std::numeric_limits<std::int64_t>::max())));
}

/// In the form that the library gives its keys: a prefix, an id, a secret, and the CRC-32 of those.
std::string key_of(std::size_t number) {
  std::string key = "tnk_";
  Random{number + (std::uint64_t{1} << 40U)}.write_digits(key, 16 + 32, lower_base32);
  boost::crc_32_type checksum;
  checksum.process_bytes(key.data(), key.size());
  for (int shift = 30; shift >= 0; shift -= 5) {
    key += lower_base32[(checksum.checksum() >> static_cast<unsigned>(shift)) % 32];
  }
  return key;
}

std::string_view id_of_key(std::string_view key) { return key.substr(4, 16); }

/// Of the shape that `tenancy::make_record_id` gives: growing with the number, random at the end.
std::string row_id_of(std::size_t tenant, std::size_t row) {
  std::string id = "01KAH0000";
  id += upper_base32[row % 32];
  Random{tenant * Population::rows_per_tenant + row + (std::uint64_t{1} << 41U)}.write_digits(
      id, 16, upper_base32);
  return id;
}

void run_script(sqlite3& connection, const char* script) {
  if (sqlite3_exec(&connection, script, nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::cerr << "sqlite3: " << sqlite3_errmsg(&connection) << '\n';
    std::exit(EXIT_FAILURE);
  }
}

/// Writes tenants, keys and rows within the transaction that is open on a connection.
class Filler {
 public:
  Filler(RawDeployments& connection, const tenancy::KeyRing& keys, std::int64_t now)
      : keys_{keys},
        now_{now},
        connection_{connection},
        tenant_{connection.prepare("INSERT INTO tenancy_tenants (tenant_id, slug, name, status, "
                                   "epoch, created_at, updated_at) "
                                   "VALUES (?1, ?2, ?3, 'active', 1, ?4, ?4)")},
        key_{connection.prepare("INSERT INTO tenancy_api_keys (key_id, tenant_id, name, scope, "
                                "key_version, hash, created_at, last_used_at) "
                                "VALUES (?1, ?2, 'benchmark', 'write', ?3, ?4, ?5, ?5)")} {}

  void write(std::size_t number) {
    const auto tenant = id_of(number).value();
    const std::string slug = "tenant-" + std::to_string(number);
    const std::string name = "Tenant " + std::to_string(number);
    RawUse use{tenant_.get()};
    use.bind_number(1, tenant);
    use.bind_text(2, slug);
    use.bind_text(3, name);
    use.bind_number(4, now_ + static_cast<std::int64_t>(number));
    use.step();
    write_key(tenant, key_of(number));
    for (std::size_t i = 0; i < Population::rows_per_tenant; ++i) {
      Deployment row{.id = row_id_of(number, i),
                     .project_name = "project " + std::to_string(number % 20),
                     .status = number % 3 == 0 ? "building" : "live"};
      if ((number + i) % 2 == 0) {
        row.url = "https://deployment-" + std::to_string(i) + ".tenant.example";
      }
      connection_.insert(tenant, row);
    }
  }

 private:
  void write_key(std::int64_t tenant, const std::string& key) {
    const auto mac =
        keys_.authenticate(tenancy::KeyPurpose::api_key, std::as_bytes(std::span{key}));
    RawUse use{key_.get()};
    use.bind_text(1, id_of_key(key));
    use.bind_number(2, tenant);
    use.bind_number(3, mac.key_version);
    use.bind_blob(4, mac.tag);
    // Used just now, so that no use is written down while something is measured.
    use.bind_number(5, now_);
    use.step();
  }

  tenancy::KeyRing keys_;
  std::int64_t now_;
  RawDeployments& connection_;
  RawStatement tenant_;
  RawStatement key_;
};

std::int64_t count_tenants(RawDeployments& connection) {
  const auto statement = connection.prepare("SELECT count(*) FROM tenancy_tenants");
  RawUse use{statement.get()};
  use.step();
  return use.number(0);
}

}  // namespace

Population::Population(std::filesystem::path file, std::size_t size)
    : file_{std::move(file)}, size_{size} {
  if (!std::filesystem::exists(file_)) {
    open_store(file_, 0);
    fill();
  }
}

void Population::fill() const {
  RawDeployments connection{file_};
  run_script(connection.handle(), "PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000");
  // In the order of the ids, which is that of the largest tables.
  std::vector<std::pair<std::int64_t, std::size_t>> order(size_);
  for (std::size_t number = 0; number < size_; ++number) {
    order[number] = {id_of(number).value(), number};
  }
  std::ranges::sort(order);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  connection.begin_write();
  {
    Filler filler{connection, must(tenancy::KeyRing::open(file_.string() + ".keys")),
                  tenancy::Timestamp{now}.microseconds()};
    for (const auto& [id, number] : order) {
      filler.write(number);
    }
  }
  connection.commit();
  run_script(connection.handle(), "PRAGMA wal_checkpoint(TRUNCATE)");
  if (count_tenants(connection) != static_cast<std::int64_t>(size_)) {
    std::cerr << "The file does not hold the tenants that it was filled with.\n";
    std::exit(EXIT_FAILURE);
  }
}

Request Population::request(std::size_t number) {
  return {id_of(number), key_of(number), row_id_of(number, number % rows_per_tenant)};
}

}  // namespace tenancy_bench
