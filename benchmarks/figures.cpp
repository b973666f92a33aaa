#include "figures.hpp"

#include <cmath>
#include <fstream>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "table.hpp"

namespace tenancy_bench {

bool Goal::is_met_by(double measured) const noexcept {
  switch (bound) {
    case Bound::at_most:
      return measured <= value;
    case Bound::at_least:
      return measured >= value;
    case Bound::below:
      return measured < value;
  }
  return false;
}

std::string Goal::to_string() const {
  const char* const sign = bound == Bound::at_most    ? "<= "
                           : bound == Bound::at_least ? ">= "
                                                      : "< ";
  return sign + decimal(value, 2);
}

void Figures::add(Figure figure) {
  figure.value = std::round(figure.value * 1000) / 1000;
  figures_.push_back(std::move(figure));
}

void Figures::print(std::ostream& out) const {
  using enum Table::Align;
  Table table{
      {{"figure"}, {"value", right}, {"unit"}, {"against"}, {"goal", right}, {"is it met?"}}};
  for (const Figure& figure : figures_) {
    const bool met = figure.goal && figure.goal->is_met_by(figure.value);
    table.add({figure.figure, decimal(figure.value, 3), figure.unit, figure.against,
               figure.goal ? figure.goal->to_string() : "",
               !figure.goal ? ""
               : met        ? "met"
                            : "missed"});
  }
  table.print(out);
}

bool Figures::write_json(const std::filesystem::path& file) const {
  auto array = nlohmann::ordered_json::array();
  for (const Figure& figure : figures_) {
    nlohmann::ordered_json object{{"figure", figure.figure},
                                  {"value", figure.value},
                                  {"unit", figure.unit},
                                  {"against", figure.against}};
    if (figure.goal) {
      object["goal"] = figure.goal->to_string();
    }
    array.push_back(std::move(object));
  }
  std::ofstream out{file};
  out << array.dump(2) << '\n';
  out.close();
  return !out.fail();
}

}  // namespace tenancy_bench
