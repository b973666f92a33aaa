#include "service/idempotency.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <sodium.h>

#include "tenancy/core/clock.hpp"
#include "tenancy/data/repository.hpp"

#include "service/http/target.hpp"
#include "service/remembered_answer.hpp"

namespace tenantd {
namespace {

using tenancy::Repository;
using tenancy::Result;
using tenancy::Timestamp;
using tenancy::WriteTransaction;

constexpr std::size_t max_key_length = 255;
/// What one answer may hold to count as one.
constexpr std::size_t bytes_of_one = std::size_t{4} * 1024;
/// How many answers may go beside those in whose place a new one comes, so that what is of no use
/// does not pile up: few enough to go unnoticed.
constexpr std::int64_t further_forgotten = 3;

bool is_visible(char c) noexcept { return c > ' ' && c < '\x7f'; }

/// The text of a quoted string, in which a backslash stands before a quotation mark or itself.
std::optional<std::string> unquoted(std::string_view value) {
  if (value.size() < 2 || value.back() != '"') {
    return std::nullopt;
  }
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool is_escaped = value[i] == '\\';
    i += is_escaped ? 1 : 0;
    const bool is_special = i < value.size() && (value[i] == '"' || value[i] == '\\');
    if (i == value.size() || is_special != is_escaped) {
      return std::nullopt;
    }
    text += value[i];
  }
  return text;
}

class Hash {
 public:
  Hash() { crypto_generichash_init(&state_, nullptr, 0, IdempotencyKey::Fingerprint{}.size()); }

  /// With its length, so that no two lists of parts run together to the same bytes.
  void add(std::string_view part) {
    const std::string head = std::to_string(part.size()) + ":";
    update(head);
    update(part);
  }

  IdempotencyKey::Fingerprint finish() {
    IdempotencyKey::Fingerprint digest{};
    crypto_generichash_final(&state_, reinterpret_cast<unsigned char*>(digest.data()),
                             digest.size());
    return digest;
  }

 private:
  void update(std::string_view bytes) {
    crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }

  crypto_generichash_state state_{};
};

/// The scheme and host that some clients put before the path make no other request of it.
IdempotencyKey::Fingerprint fingerprint_of(const Request& request) {
  Hash hash;
  hash.add(request.method);
  const auto target = Target::parse(request.target);
  hash.add(target ? target.value().path : std::string_view{request.target});
  hash.add(target ? target.value().query : std::string_view{});
  hash.add(request.header("content-type").first);
  hash.add(request.header("if-match").first);
  hash.add(request.body);
  return hash.finish();
}

std::optional<std::string> header_of(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) {
      return header.value;
    }
  }
  return std::nullopt;
}

RememberedAnswer to_row(const IdempotencyKey& key, const Response& response, Timestamp expires_at,
                        std::int64_t number) {
  return {.key = key.text,
          .fingerprint = {key.fingerprint.begin(), key.fingerprint.end()},
          .status = response.status,
          .body = response.body,
          .location = header_of(response, "Location"),
          .etag = header_of(response, "ETag"),
          .expires_at = expires_at,
          .number = number};
}

Response to_response(RememberedAnswer row) {
  Response response{
      row.status, row.body.empty() ? "" : "application/json", std::move(row.body), {}};
  if (row.location) {
    response.headers.push_back({"Location", *std::move(row.location)});
  }
  if (row.etag) {
    response.headers.push_back({"ETag", *std::move(row.etag)});
  }
  response.headers.push_back({"Idempotency-Replayed", "true"});
  return response;
}

Response used_otherwise(const std::string& request_id) {
  return Problem{422, "The Idempotency-Key has come with another request before."}.to_response(
      request_id);
}

/// For how many answers one counts: a large one takes the place of many small ones.
std::int64_t weight_of(const Response& response) noexcept {
  const std::size_t begun = (response.body.size() + bytes_of_one - 1) / bytes_of_one;
  return static_cast<std::int64_t>(std::max<std::size_t>(begun, 1));
}

/// The number of the tenant's latest answer; 0 when there is none.
Result<std::int64_t> latest_number(const Repository<RememberedKey>& keys) {
  const auto newest_first =
      tenancy::Query<RememberedKey>{}.order_by(tenancy::descending<&RememberedKey::number>);
  BOOST_OUTCOME_TRY(const auto newest, keys.first(newest_first));
  return newest ? newest->number : 0;
}

/// Removes so many of the oldest answers, so far as they have expired or are too many.
Result<void> forget_oldest(const Repository<RememberedKey>& keys, Timestamp now,
                           std::int64_t last_to_go, std::int64_t at_most) {
  const auto oldest_first =
      tenancy::Query<RememberedKey>{}.order_by(tenancy::ascending<&RememberedKey::number>);
  std::vector<std::string> found;
  BOOST_OUTCOME_TRY(keys.for_each(oldest_first, [&](const RememberedKey& row) {
    if (row.expires_at > now && row.number > last_to_go) {
      return tenancy::Visit::stop;
    }
    found.push_back(row.key);
    return std::ssize(found) < at_most ? tenancy::Visit::next : tenancy::Visit::stop;
  }));
  for (const std::string& key : found) {
    BOOST_OUTCOME_TRY(keys.erase(key));
  }
  return tenancy::success();
}

}  // namespace

Reply<std::optional<IdempotencyKey>> read_idempotency_key(const Request& request) {
  const HeaderLines lines = request.header("idempotency-key");
  if (lines.count == 0) {
    return std::optional<IdempotencyKey>{};
  }
  const std::string_view value = trimmed(lines.first);
  const auto text =
      value.starts_with('"') ? unquoted(value) : std::optional<std::string>{std::string{value}};
  if (lines.count > 1 || !text || text->empty() || text->size() > max_key_length ||
      !std::all_of(text->begin(), text->end(), is_visible)) {
    return Problem{400, "There is one Idempotency-Key, of 1 to 255 visible ASCII characters."};
  }
  return std::optional{IdempotencyKey{*text, fingerprint_of(request)}};
}

WriteUnit once(IdempotencyKey key, const IdempotencyLimits& limits, std::string request_id,
               WriteUnit unit) {
  return [key = std::move(key), limits, request_id = std::move(request_id),
          unit = std::move(unit)](WriteTransaction& transaction) -> Result<Response> {
    const Timestamp now = tenancy::SystemClock{}.now();
    const Repository<RememberedAnswer> answers{transaction};
    BOOST_OUTCOME_TRY(auto known, answers.find(key.text));
    if (known && known->expires_at > now) {
      return std::equal(known->fingerprint.begin(), known->fingerprint.end(),
                        key.fingerprint.begin(), key.fingerprint.end())
                 ? to_response(*std::move(known))
                 : used_otherwise(request_id);
    }
    const Repository<RememberedKey> keys{transaction};
    BOOST_OUTCOME_TRY(auto response, unit(transaction));
    // Numbers grow by what answers count for, so that as many numbers are as many bytes.
    const std::int64_t weight = weight_of(response);
    BOOST_OUTCOME_TRY(const auto latest, latest_number(keys));
    const std::int64_t number = latest + weight;
    BOOST_OUTCOME_TRY(
        forget_oldest(keys, now, number - limits.answers, weight + further_forgotten));
    BOOST_OUTCOME_TRY(answers.upsert(to_row(key, response, now + limits.lifetime, number)));
    return response;
  };
}

}  // namespace tenantd
