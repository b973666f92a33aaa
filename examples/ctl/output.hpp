#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "ctl/failure.hpp"
#include "ctl/table.hpp"

namespace tenantctl {

using Json = nlohmann::ordered_json;

/// Where results go: data to one stream and everything else to the other, both as text for people
/// or as JSON for scripts.
class Output {
 public:
  struct Style {
    bool json = false;
    bool colours = false;         ///< On the stream of data.
    bool notice_colours = false;  ///< On the other.
  };

  Output(std::ostream& data, std::ostream& notices, Style style)
      : data_{data}, notices_{notices}, style_{style} {}

  [[nodiscard]] bool json() const noexcept { return style_.json; }
  [[nodiscard]] bool colours() const noexcept { return style_.colours; }

  /// The whole of what the command found, in the form that is asked for; the text is printable.
  void result(const Json& document, std::string_view text);
  /// A part of it, as it is.
  void write(std::string_view text);

  /// What the reader should know beside the data, on one line; it need not be printable.
  void notice(std::string_view text, const Json& facts);
  void failure(const Failure& failure);
  /// Text that is replaced by what is written next, for a person who waits.
  void passing(std::string_view text);

  /// Whether all data got out. Errors: `output`.
  Outcome<void> finish();

 private:
  std::ostream& data_;
  std::ostream& notices_;
  Style style_;
};

/// A list that is printed while it is read: as a table, or as one JSON array. An array without its
/// end is one that was not read to its end.
class Listing {
 public:
  Listing(Output& output, std::vector<std::string> headers)
      : output_{output}, table_{std::move(headers)} {}

  void add(const Json& item, std::vector<std::string> cells);
  /// Prints what was added.
  void flush();
  void finish();

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

 private:
  Output& output_;
  Table table_;
  std::string pending_;
  std::size_t count_ = 0;
};

/// What stands in it, on one line, even where a text is no UTF-8.
std::string to_line(const Json& json);

}  // namespace tenantctl
