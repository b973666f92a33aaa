#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "tenancy/core/timestamp.hpp"

namespace {

using tenancy::Timestamp;

// What was read can be given back, and its text form is its only one.
void check_text(std::string_view text) {
  const auto time = Timestamp::parse(text);
  if (!time) {
    return;
  }
  const std::string printed = time.value().to_string();
  const auto again = Timestamp::parse(printed);
  if (printed.size() != 27 || !again || again.value() != time.value() ||
      again.value().to_string() != printed) {
    std::abort();
  }
}

// Any number prints as a text that can be read; two numbers of the calendar keep their order.
void check_numbers(std::int64_t first, std::int64_t second) {
  const Timestamp a = Timestamp::from_microseconds(first);
  const Timestamp b = Timestamp::from_microseconds(second);
  const std::string a_text = a.to_string();
  const std::string b_text = b.to_string();
  if (!Timestamp::parse(a_text) || !Timestamp::parse(b_text) || (a < b && a_text > b_text) ||
      (a > b && a_text < b_text)) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_text({reinterpret_cast<const char*>(data), size});
  std::int64_t numbers[2];
  if (size >= sizeof numbers) {
    std::memcpy(numbers, data, sizeof numbers);
    check_numbers(numbers[0], numbers[1]);
  }
  return 0;
}
