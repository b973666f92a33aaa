#include "ctl/backup.hpp"

#include <memory>
#include <string>
#include <utility>

#include <CLI/App.hpp>
#include <unistd.h>

#include "ctl/backup_view.hpp"
#include "ctl/session.hpp"
#include "ctl/standard_streams.hpp"

namespace tenantctl {
namespace {

/// A percentage for a person who waits, and an empty line at the end.
class ProgressLine {
 public:
  ProgressLine(Output& output, bool is_shown) : output_{output}, is_shown_{is_shown} {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() {
    if (is_shown_) {
      output_.passing({});
    }
  }

  void show(const tenancy::BackupProgress& progress) {
    if (is_shown_ && progress.bytes_expected > 0) {
      const auto percent =
          std::min(progress.bytes_written, progress.bytes_expected) * 100 / progress.bytes_expected;
      output_.passing(std::to_string(percent) + " %");
    }
  }

 private:
  Output& output_;
  bool is_shown_;
};

Outcome<void> back_up(Session& session, const std::string& target) {
  BOOST_OUTCOME_TRY(const auto* const authority, session.authority());
  Output& output = session.output();
  auto made = [&] {
    ProgressLine line{output, !output.json() && is_terminal(STDERR_FILENO)};
    tenancy::BackupOptions options;
    options.call = session.call();
    options.progress = [&](const tenancy::BackupProgress& progress) { line.show(progress); };
    return authority->backup(target, options);
  }();
  BOOST_OUTCOME_TRY(const auto report, std::move(made));
  output.result(to_json(target, report), details(target, report));
  output.notice("The keys are not in it: keep a copy of them elsewhere.",
                Json{{"keys_included", false}});
  return success();
}

}  // namespace

void add_backup_command(CLI::App& app, Command& chosen) {
  auto* const command =
      app.add_subcommand("backup", "Copy the whole store to a file, while it is used");
  const auto target = std::make_shared<std::string>();
  command->add_option("FILE", *target, "The file, which must not exist")
      ->type_name("FILE")
      ->required();
  command->callback([&chosen, target] {
    chosen.run = [target](Session& session) { return back_up(session, *target); };
    chosen.is_long = true;
    chosen.needs = Needs::store;
  });
}

}  // namespace tenantctl
