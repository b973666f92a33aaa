#include "storage/sqlite/query_ceilings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tenancy::inline v0::detail::sqlite {
namespace {

struct Ceiling {
  std::array<std::string_view, 2> words;
  std::ptrdiff_t most;
  std::string_view told;
};

constexpr auto ceilings = std::to_array<Ceiling>({
    {{"SELECT", "VALUES"}, 100, "more than 100 SELECT and VALUES"},
    {{"JOIN"}, 64, "more than 64 joins"},
    {{"OVER", "WINDOW"}, 64, "more than 64 windows"},
});

}  // namespace

std::string_view exceeded_ceiling(const SqlTokens& tokens) {
  const auto* const exceeded = std::ranges::find_if(ceilings, [&](const Ceiling& ceiling) {
    return std::ranges::count_if(tokens, [&](const SqlToken& token) {
             return token.is(ceiling.words[0]) || token.is(ceiling.words[1]);
           }) > ceiling.most;
  });
  return exceeded == ceilings.end() ? std::string_view{} : exceeded->told;
}

}  // namespace tenancy::inline v0::detail::sqlite
