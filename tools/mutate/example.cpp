// What the self-test of tools/mutate mutates, builds and runs. It says what it was told, in a way
// that each mutant changes.

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/try.hpp>

namespace example {

struct Failure {};
template <class T>
using Result = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

struct Sql {
  std::string_view text;
};
constexpr Sql find_sql{
    "SELECT a FROM t "
    "WHERE tenant_id = ?1 AND b = ?2"};

struct Tenant {
  std::int64_t number;
  [[nodiscard]] std::int64_t value() const noexcept { return number; }
};

constexpr bool is_small(int number) noexcept { return number < 10; }
static_assert(is_small(9) && !is_small(10));

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Failure{};
  }
  return number / 2;
}

Result<int> quarter(int number) {
  BOOST_OUTCOME_TRY(const int once, half(number));
  return half(once);
}

class Said {
 public:
  explicit Said(int number) : number_{number}, is_odd_{number % 2 == 1} {}

  template <class T, class U = std::basic_string<T>>
  void say(const Tenant& tenant) const {
    const U word{number_ > 2 && !is_odd_ ? "big" : "other"};
    for (int i = 0; i < number_ || i < 1; ++i) {
      std::printf("%s ", word.c_str());
    }
    if (const auto quartered = quarter(number_); quartered) {
      std::printf("%d ", quartered.value());
    }
    if constexpr (sizeof(T) == 1) {
      std::printf("%s %d", std::string{find_sql.text}.c_str(), static_cast<int>(tenant.value()));
    }
    if (is_small(number_)) {
      std::printf(" small");
    }
  }

 private:
  int number_;
  bool is_odd_;
};

}  // namespace example

int main(int count, char** /*words*/) {
  example::Said{4}.say<char>({6});
  example::Said{count + 1}.say<char>({6});
  example::Said{11}.say<char>({6});
  example::Said{0}.say<char>({6});
  return 0;
}
