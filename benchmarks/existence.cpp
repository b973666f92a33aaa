#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "existence/through_library.hpp"
#include "existence/through_service.hpp"
#include "existence/two_samples.hpp"
#include "figures.hpp"
#include "give_up.hpp"
#include "lazy.hpp"
#include "side_by_side.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace tenancy_bench;
using Whose = AskingTenant::Whose;
using Call = bool (AskingTenant::*)() const;
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

void ask(AskingTenant& tenant, Whose whose, Call call) {
  if ((tenant.*call)() != (whose == Whose::own)) {
    give_up("a row was found that is not the tenant's, or not one that is");
  }
}

Distance distance_between(AskingTenant& tenant, const Question& question, Whose one, Whose other) {
  bool was_there = false;
  const auto samples = interleave(
      question.samples,
      [&](Which which, std::uint64_t number) {
        tenant.choose(which == Which::one ? one : other, number % AskingTenant::variants);
      },
      [&] { was_there = (tenant.*question.call)(); });
  if (was_there && one != Whose::own) {
    give_up("a row was found that is not the tenant's");
  }
  return distance_of(samples);
}

Comparison instructions_of(const Question& question, Lazy<std::unique_ptr<AskingTenant>>& tenant) {
  const auto ask_for = [&tenant, call = question.call](Whose whose) {
    return [&tenant, call, whose](std::size_t times) {
      for (std::size_t i = 0; i < times; ++i) {
        tenant.get()->choose(whose, i % AskingTenant::variants);
        ask(*tenant.get(), whose, call);
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
  Lazy<std::unique_ptr<AskingTenant>> tenant{
      [&] { return std::make_unique<AskingTenant>(line->store); }};
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
    const auto distance = [&](Whose one, Whose other) {
      return distance_between(*tenant.get(), question, one, other);
    };
    add(figures, question.name, distance(Whose::other, Whose::nobody));
    const Distance control = distance(Whose::control, Whose::other_control);
    figures.add({question.name + "_control_welch_t", control.welch_t, "", missing_id});
    figures.add(
        {question.name + "_control_mann_whitney_z", control.mann_whitney_z, "", missing_id});
  }
  const Distance of_own =
      distance_between(*tenant.get(), questions().front(), Whose::own, Whose::nobody);
  const Goal is_told{at_least, decisive_t};
  figures.add({"find_own_welch_t", of_own.welch_t, "", missing_id, is_told});
  figures.add({"find_own_difference", of_own.difference_ns, "ns", missing_id});

  std::cout << "Sampling the service ..." << std::endl;
  AskingCustomer customer{folder.path()};
  constexpr std::size_t requests = 100'000;
  add(figures, "http_get",
      distance_of(interleave(
          requests,
          [&](Which which, std::uint64_t number) {
            number %= customer.variants();
            which == Which::one ? customer.choose_others(number) : customer.choose_nobodys(number);
          },
          [&] { customer.ask(); })));

  add_ratios(figures, cases, measure(cases, *line), missing_id);
  return report(figures, *line);
}
