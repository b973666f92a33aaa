#include "migrate/component.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "core/random.hpp"
#include "core/text.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::size_t max_name_length = 100;

Error wrong(std::string_view component, const Migration& migration, std::string_view what,
            std::string_view source = {}) {
  return Error{errc::invalid_argument,
               describe_step(component, migration.version,
                             is_plain_line(migration.name, 1, max_name_length) ? migration.name
                                                                               : std::string{"?"},
                             source.empty() ? migration.source : source) +
                   " " + std::string{what}};
}

Result<void> check_text(std::string_view component, const Migration& migration,
                        std::string_view sql, std::string_view source) {
  if (sql.empty()) {
    return wrong(component, migration, "has no SQL", source);
  }
  if (sql.find('\0') != std::string_view::npos || !is_utf8(sql)) {
    return wrong(component, migration, "is not text in UTF-8", source);
  }
  return success();
}

/// The text for the dialect, once all of them are sound, so that what is wrong for another dialect
/// shows on this one too.
Result<Step> step_in(std::string_view component, const Migration& migration, Dialect dialect) {
  if (migration.dialects.empty()) {
    BOOST_OUTCOME_TRY(check_text(component, migration, migration.sql, migration.source));
    return Step{migration.version, migration.name, migration.sql, migration.source};
  }
  if (!migration.sql.empty()) {
    return wrong(component, migration,
                 "has SQL for all dialects and for single ones: it can only have either");
  }
  const DialectSql* found = nullptr;
  for (const DialectSql& text : migration.dialects) {
    BOOST_OUTCOME_TRY(check_text(component, migration, text.sql, text.source));
    const auto is_same = [&](const DialectSql& other) { return other.dialect == text.dialect; };
    if (std::ranges::count_if(migration.dialects, is_same) != 1) {
      return wrong(component, migration, "has two texts for one dialect", text.source);
    }
    if (text.dialect == dialect) {
      found = &text;
    }
  }
  if (found == nullptr) {
    return wrong(
        component, migration,
        "has no SQL for " + std::string{to_string(dialect)} + ", which this store speaks: add it",
        migration.dialects.front().source);
  }
  return Step{migration.version, migration.name, found->sql, found->source};
}

}  // namespace

Result<Component> Component::create(std::string_view name, std::span<const Migration> migrations,
                                    Dialect dialect) {
  std::vector<Step> steps;
  steps.reserve(migrations.size());
  for (const Migration& migration : migrations) {
    if (!is_plain_line(migration.name, 1, max_name_length)) {
      return wrong(name, migration, "has no name, or one that is not a line of at most 100 bytes");
    }
    if (migration.version <= 0 || (!steps.empty() && migration.version <= steps.back().version)) {
      return wrong(name, migration, "is out of line: numbers are positive and grow");
    }
    BOOST_OUTCOME_TRY(auto step, step_in(name, migration, dialect));
    steps.push_back(step);
  }
  return Component{name, std::move(steps)};
}

const Step& Component::step(std::int64_t version) const noexcept {
  const auto found = std::ranges::lower_bound(steps_, version, {}, &Step::version);
  TENANCY_ASSERT(found != steps_.end() && found->version == version, "a step that is not there");
  return *found;
}

StepChecksum checksum_of(const Step& step) noexcept {
  ensure_sodium();
  StepChecksum checksum{};
  crypto_generichash(reinterpret_cast<unsigned char*>(checksum.data()), checksum.size(),
                     reinterpret_cast<const unsigned char*>(step.sql.data()), step.sql.size(),
                     nullptr, 0);
  return checksum;
}

std::string describe_step(std::string_view component, std::int64_t version, std::string_view name,
                          std::string_view source) {
  std::string text = "migration " + std::to_string(version) + " '" + std::string{name} + "' of '" +
                     std::string{component} + "'";
  if (!source.empty()) {
    text += " (" + std::string{source} + ")";
  }
  return text;
}

}  // namespace tenancy::inline v0::detail
