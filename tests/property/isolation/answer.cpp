#include "property/isolation/answer.hpp"

#include <sstream>

namespace tenancy_test::isolation {
namespace {

template <class Value>
void write(std::ostream& out, const std::optional<Value>& value) {
  if (value) {
    out << '"' << *value << '"';
  } else {
    out << "null";
  }
}

}  // namespace

std::string describe(const Answer& answer) {
  std::ostringstream out;
  out << (answer.error ? to_string(*answer.error) : "done");
  for (const std::int64_t number : answer.numbers) {
    out << ' ' << number;
  }
  for (const auto& real : answer.reals) {
    out << ' ';
    write(out, real);
  }
  for (const auto& text : answer.texts) {
    out << ' ';
    write(out, text);
  }
  for (const Thing& row : answer.rows) {
    out << " {" << row.id << " \"" << row.title << "\" ";
    write(out, row.note);
    out << ' ' << row.points << ' ';
    write(out, row.weight);
    out << ' ';
    write(out, row.owner);
    out << ' ' << row.created_at.microseconds() << ' ' << row.updated_at.microseconds() << '}';
  }
  for (const Answer& inner : answer.inner) {
    out << " [" << describe(inner) << ']';
  }
  return out.str();
}

}  // namespace tenancy_test::isolation
