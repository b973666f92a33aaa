#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "existence/through_library.hpp"
#include "existence/through_service.hpp"
#include "existence/two_samples.hpp"
#include "figures.hpp"
#include "lazy.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;
using Whose = AskingTenant::Whose;
using Call = void (AskingTenant::*)(Whose, std::size_t) const;
using enum Goal::Bound;

constexpr const char* missing_id = "an id of nobody's";

struct Question {
  std::string name;
  Call call;
  std::size_t samples;
};

std::vector<Question> questions() {
  constexpr std::size_t many = 400'000;
  constexpr std::size_t writes = 100'000;
  return {{"find", &AskingTenant::find, many},
          {"exists", &AskingTenant::exists, many},
          {"update", &AskingTenant::update, writes},
          {"erase", &AskingTenant::erase, writes}};
}

void add(Figures& figures, const std::string& name, const Distance& distance) {
  const Goal is_not_told{below, decisive_t};
  figures.add({name + "_welch_t", distance.welch_t, "", missing_id, is_not_told});
  figures.add({name + "_mann_whitney_z", distance.mann_whitney_z, "", missing_id, is_not_told});
  figures.add({name + "_difference", distance.difference_ns, "ns", missing_id});
  figures.add({name + "_detection_limit", distance.detection_limit_ns, "ns", missing_id});
  figures.add({name + "_median", distance.median_ns, "ns", ""});
}

Comparison instructions_of(const Question& question, Lazy<AskingTenant>& tenant) {
  const auto ask_for = [&tenant, call = question.call](Whose whose) {
    return [&tenant, call, whose](std::size_t times) {
      for (std::size_t i = 0; i < times; ++i) {
        (tenant.get().*call)(whose, i % AskingTenant::variants);
      }
    };
  };
  return {.name = question.name,
          .raw = ask_for(Whose::nobody),
          .through_library = ask_for(Whose::other),
          .batch = 1000,
          .instructions_goal = Goal{at_most, 1.005}};
}

}  // namespace

/// Whether a tenant can tell another tenant's id from one that nobody has, by the time that the
/// answer takes: interleaved samples of both, and instructions. That the test can tell anything at
/// all is shown with ids of its own.
int main(int argc, char** argv) {
  auto line = parse_command_line(argc, argv);
  if (!line) {
    return EXIT_FAILURE;
  }
  const TemporaryFolder folder;
  if (line->store.empty()) {
    line->store = folder.path() / "existence.db";
  }
  Lazy<AskingTenant> tenant{[&] { return AskingTenant{line->store}; }};
  std::vector<Comparison> cases;
  for (const Question& question : questions()) {
    cases.push_back(instructions_of(question, tenant));
  }
  if (!line->run.empty()) {
    return run_once(cases, *line);
  }

  Figures figures;
  for (const Question& question : questions()) {
    std::cout << "Sampling " << question.name << " ..." << std::endl;
    const auto ask_for = [&](Whose whose) {
      return [&, whose](std::size_t number) { (tenant.get().*question.call)(whose, number); };
    };
    add(figures, question.name,
        distance_of(interleave(question.samples, AskingTenant::variants, ask_for(Whose::other),
                               ask_for(Whose::nobody))));
  }
  const Distance of_own = distance_of(interleave(
      questions().front().samples, AskingTenant::variants,
      [&](std::size_t number) { tenant.get().find(Whose::own, number); },
      [&](std::size_t number) { tenant.get().find(Whose::nobody, number); }));
  const Goal is_told{at_least, decisive_t};
  figures.add({"find_own_welch_t", of_own.welch_t, "", missing_id, is_told});
  figures.add({"find_own_difference", of_own.difference_ns, "ns", missing_id});

  std::cout << "Sampling the service ..." << std::endl;
  AskingCustomer customer{folder.path()};
  constexpr std::size_t requests = 100'000;
  add(figures, "http_get",
      distance_of(interleave(
          requests, customer.variants(),
          [&](std::size_t number) { customer.ask_for_others(number); },
          [&](std::size_t number) { customer.ask_for_nobodys(number); })));

  add_ratios(figures, cases, measure(cases, *line), missing_id);
  return report(figures, *line);
}
