#include "storage/postgres/statement.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

namespace tenancy::inline v0::detail::postgres {
namespace {

// Of `pg_type`, whose numbers never change.
constexpr Oid bool_type = 16;
constexpr Oid bytea_type = 17;
constexpr Oid char_type = 18;
constexpr Oid name_type = 19;
constexpr Oid int8_type = 20;
constexpr Oid int2_type = 21;
constexpr Oid int4_type = 23;
constexpr Oid text_type = 25;
constexpr Oid json_type = 114;
constexpr Oid float4_type = 700;
constexpr Oid float8_type = 701;
constexpr Oid unknown_type = 705;
constexpr Oid bpchar_type = 1042;
constexpr Oid varchar_type = 1043;
constexpr Oid jsonb_type = 3802;

/// Of so many bytes in network order.
template <class Number>
std::optional<Number> number_at(const char* bytes, int length) noexcept {
  if (length != static_cast<int>(sizeof(Number))) {
    return std::nullopt;
  }
  std::make_unsigned_t<Number> number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    number = static_cast<std::make_unsigned_t<Number>>((number << 8U) |
                                                       static_cast<unsigned char>(bytes[i]));
  }
  return static_cast<Number>(number);
}

template <class Number>
ValueView integer(const char* bytes, int length) noexcept {
  const auto number = number_at<Number>(bytes, length);
  return number ? ValueView::int64(*number) : ValueView::impossible();
}

ValueView real(double value) noexcept {
  return std::isnan(value) ? ValueView::null() : ValueView::real(value);
}

ValueView read_value(Oid type, const char* bytes, int length) noexcept {
  const std::string_view text{bytes, static_cast<std::size_t>(length)};
  switch (type) {
    case int8_type:
      return integer<std::int64_t>(bytes, length);
    case int4_type:
      return integer<std::int32_t>(bytes, length);
    case int2_type:
      return integer<std::int16_t>(bytes, length);
    case bool_type:
      return length == 1 ? ValueView::int64(*bytes != 0 ? 1 : 0) : ValueView::impossible();
    case float8_type: {
      const auto bits = number_at<std::int64_t>(bytes, length);
      return bits ? real(std::bit_cast<double>(*bits)) : ValueView::impossible();
    }
    case float4_type: {
      const auto bits = number_at<std::int32_t>(bytes, length);
      return bits ? real(static_cast<double>(std::bit_cast<float>(*bits)))
                  : ValueView::impossible();
    }
    case text_type:
    case varchar_type:
    case bpchar_type:
    case name_type:
    case char_type:
    case json_type:
    case unknown_type:
      return ValueView::text(text);
    case jsonb_type:
      // Behind the version of its form.
      return text.starts_with('\1') ? ValueView::text(text.substr(1)) : ValueView::impossible();
    case bytea_type:
      return ValueView::blob(std::as_bytes(std::span{text}));
    default:
      return ValueView::impossible();
  }
}

}  // namespace

template <class Bind>
void PgStatement::try_to(Bind bind) noexcept {
  try {
    bind();
  } catch (const std::exception&) {
    if (!bind_failure_) {
      bind_failure_ = Error{errc::io_error, "no memory for a value"};
    }
  }
}

PgStatement::Parameter& PgStatement::parameter(int number) {
  const auto place = static_cast<std::size_t>(number);
  if (parameters_.size() < place) {
    parameters_.resize(place);
  }
  bound_ = std::max(bound_, place);
  return parameters_[place - 1];
}

PgStatement::~PgStatement() {
  if (is_prepared_ && forgotten_ != nullptr) {
    // Without memory the server keeps it for as long as the connection.
    try_to([&] { forgotten_->push_back(name_); });
  }
}

void PgStatement::bind_null(int number) noexcept {
  try_to([&] { parameter(number).is_null = true; });
}

void PgStatement::bind_int64(int number, std::int64_t value) noexcept {
  try_to([&] {
    Parameter& bound = parameter(number);
    std::array<char, 24> digits{};
    const auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    bound.text.assign(digits.data(), static_cast<std::size_t>(end - digits.data()));
    bound.is_null = false;
    bound.is_binary = false;
  });
}

void PgStatement::bind_text(int number, std::string_view value) noexcept {
  try_to([&] {
    Parameter& bound = parameter(number);
    bound.text.assign(value);
    bound.is_null = false;
    bound.is_binary = false;
    if (value.find('\0') != std::string_view::npos && !bind_failure_) {
      bind_failure_ = Error{errc::invalid_value, "PostgreSQL keeps no text with a NUL in it"};
    }
  });
}

void PgStatement::bind_blob(int number, std::span<const std::byte> value) noexcept {
  try_to([&] {
    Parameter& bound = parameter(number);
    bound.text.assign(reinterpret_cast<const char*>(value.data()), value.size());
    bound.is_null = false;
    bound.is_binary = true;
  });
}

void PgStatement::bind(int number, const ValueView& value) noexcept {
  switch (value.type()) {
    case ValueType::int64:
      return bind_int64(number, value.int64());
    case ValueType::text:
      return bind_text(number, value.bytes());
    case ValueType::blob:
      return bind_blob(number, value.blob());
    case ValueType::real:
      if (std::isnan(value.real())) {
        return bind_null(number);
      }
      return try_to([&] {
        std::array<char, 40> digits{};
        const auto* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), value.real()).ptr;
        Parameter& bound = parameter(number);
        bound.text.assign(digits.data(), static_cast<std::size_t>(end - digits.data()));
        bound.is_null = false;
        bound.is_binary = false;
      });
    default:
      return bind_null(number);
  }
}

void PgStatement::bind_rest(int first, std::span<const ValueView> values) noexcept {
  for (const ValueView& value : values) {
    bind(first++, value);
  }
}

PgStatement::Parameters PgStatement::parameters() {
  values_.resize(bound_);
  lengths_.resize(bound_);
  formats_.resize(bound_);
  types_.resize(bound_);
  for (std::size_t i = 0; i < bound_; ++i) {
    const Parameter& bound = parameters_[i];
    values_[i] = bound.is_null ? nullptr : bound.text.c_str();
    lengths_[i] = static_cast<int>(bound.text.size());
    formats_[i] = bound.is_binary ? 1 : 0;
    const bool is_used = spelling_.used.empty() || (i < spelling_.used.size() && spelling_.used[i]);
    types_[i] = !is_used ? text_type : i < given_types_.size() ? given_types_[i] : 0;
  }
  return {static_cast<int>(bound_), values_.data(), lengths_.data(), formats_.data(),
          types_.data()};
}

void PgStatement::set_result(ResultHandle result, bool streams) {
  result_ = std::move(result);
  rows_ = PQntuples(result_.get());
  row_ = -1;
  streams_ = streams;
  changes_ = 0;
  const std::string_view changed{PQcmdTuples(result_.get())};
  std::from_chars(changed.data(), changed.data() + changed.size(), changes_);
}

Statement::Advance PgStatement::fail(Error error) {
  error_ = std::move(error);
  rows_ = 0;
  row_ = -1;
  return Advance::failed;
}

/// Of those that are kept; false when there is none.
bool PgStatement::take_next_row() {
  if (kept_rows_.empty()) {
    return false;
  }
  result_ = std::move(kept_rows_.front());
  kept_rows_.pop_front();
  row_ = 0;
  rows_ = 1;
  return true;
}

Statement::Advance PgStatement::advance() {
  TENANCY_ASSERT(runner_ != nullptr, "a statement that nobody executes");
  if (!is_executed_) {
    is_executed_ = true;
    if (auto ran = runner_->run(*this); !ran) {
      return fail(std::move(ran).error());
    }
  }
  if (row_ + 1 < rows_) {
    ++row_;
    return Advance::row;
  }
  if (take_next_row()) {
    return Advance::row;
  }
  if (streams_) {
    auto next = runner_->next_row(*this);
    if (!next) {
      return fail(std::move(next).error());
    }
    if (next.value() != nullptr) {
      result_ = std::move(next).value();
      row_ = 0;
      rows_ = 1;
      return Advance::row;
    }
    streams_ = false;
  }
  if (stream_error_) {
    return fail(*std::move(stream_error_));
  }
  row_ = rows_;
  return Advance::done;
}

Error PgStatement::failure() const {
  return error_ ? *error_ : Error{errc::internal, "a statement that did not fail"};
}

ValueView PgStatement::value_at(int column) const noexcept {
  if (result_ == nullptr || row_ < 0 || row_ >= rows_ || column < 0 ||
      column >= PQnfields(result_.get())) {
    return ValueView::impossible();
  }
  if (PQgetisnull(result_.get(), row_, column) != 0) {
    return ValueView::null();
  }
  return read_value(PQftype(result_.get(), column), PQgetvalue(result_.get(), row_, column),
                    PQgetlength(result_.get(), row_, column));
}

void PgStatement::read_columns(std::span<ValueView> columns) const noexcept {
  int number = 0;
  for (ValueView& column : columns) {
    column = value_at(number++);
  }
}

bool PgStatement::is_null(int column) const noexcept {
  return value_at(column).type() == ValueType::null;
}

std::optional<std::int64_t> PgStatement::int64(int column) const noexcept {
  const auto value = value_at(column);
  return value.type() == ValueType::int64 ? std::optional{value.int64()} : std::nullopt;
}

std::optional<std::string_view> PgStatement::text(int column) const noexcept {
  const auto value = value_at(column);
  return value.type() == ValueType::text ? std::optional{value.bytes()} : std::nullopt;
}

std::optional<std::span<const std::byte>> PgStatement::blob(int column) const noexcept {
  const auto value = value_at(column);
  return value.type() == ValueType::blob ? std::optional{value.blob()} : std::nullopt;
}

void PgStatement::reset() noexcept {
  if (streams_ && runner_ != nullptr) {
    runner_->leave(*this);
  }
  result_.reset();
  kept_rows_.clear();
  bind_failure_.reset();
  error_.reset();
  stream_error_.reset();
  // What is not bound the next time is NULL.
  for (Parameter& bound : parameters_) {
    bound.is_null = true;
  }
  bound_ = 0;
  row_ = -1;
  rows_ = 0;
  is_executed_ = false;
  streams_ = false;
  in_use_ = false;
  runner_ = nullptr;
}

}  // namespace tenancy::inline v0::detail::postgres
