#include "qhub/hub/store/backup.h"

#include <fmt/format.h>

#include <memory>

#include "qhub/hub/program/command.h"

namespace qhub::hub {
namespace {

struct Arguments {
  std::string data_directory;
  std::string backup;
};

int report(Result<BackupSummary> const& summary, std::string_view what) {
  if (!summary) return fail(summary.error().message);
  fmt::print("{}: {} files, {:.1f} MiB\n", what, summary->files, static_cast<double>(summary->bytes) / (1 << 20));
  return 0;
}

}  // namespace

void add_backup_commands(Program& program) {
  auto const arguments = std::make_shared<Arguments>();
  CLI::App* const backup = program.app.add_subcommand(
      "backup", "Copies all that a hub knows into a new folder; also while the hub runs, as one moment saw it.");
  add_data_directory(*backup, arguments->data_directory, "The hub's data directory.");
  backup->add_option("FOLDER", arguments->backup, "Is made; must not exist.")->required();
  backup->footer(
      "It holds everything, tokens' hashes and the keys of stored secrets included: keep it as safe as the hub.\n\n"
      "  qhubd backup --data-dir /srv/qhub /backups/qhub-$(date +%F)");
  backup->callback([&program, arguments] {
    program.action = [arguments] {
      return report(back_up(arguments->data_directory, arguments->backup), "backed up to " + arguments->backup);
    };
  });

  CLI::App* const restoring =
      program.app.add_subcommand("restore", "Makes a data directory from a backup, after checking its database.");
  add_data_directory(*restoring, arguments->data_directory, "Is made; must not exist, or be empty.");
  restoring->add_option("FOLDER", arguments->backup, "What `qhubd backup` made.")->required();
  restoring->callback([&program, arguments] {
    program.action = [arguments] {
      return report(restore(arguments->backup, arguments->data_directory), "restored " + arguments->data_directory);
    };
  });
}

}  // namespace qhub::hub
