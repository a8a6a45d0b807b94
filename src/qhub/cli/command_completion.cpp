#include <fmt/format.h>

#include "qhub/cli/commands.h"
#include "qhub/cli/completion.h"
#include "qhub/cli/manual.h"
#include "qhub/cli/output.h"

namespace qhub::cli {
namespace {

ExitCode completion(Arguments const& arguments) {
  print(completion_script(arguments.at("SHELL")));
  return ExitCode::done;
}

/// `autocomplete script SHELL` prints the script, `autocomplete SHELL` how to use it.
ExitCode autocomplete(Arguments const& arguments) {
  std::vector<std::string> const words = arguments.all("SHELL");
  std::string const shell = words.empty() ? "bash" : words.back();
  if (shell == "script" || words.size() > 2 || (words.size() == 2 && words.front() != "script"))
    throw UsageError{"autocomplete takes bash, zsh or fish, or script and one of these"};
  if (words.size() == 2)
    print(completion_script(shell));
  else if (shell == "fish")
    print("qhubctl completion fish > ~/.config/fish/completions/qhubctl.fish\n");
  else
    print(fmt::format("echo 'source <(qhubctl completion {0})' >> ~/.{0}rc\n", shell));
  return ExitCode::done;
}

ExitCode manual(Arguments const& arguments) {
  print(arguments.find("FORM").value_or("markdown") == "man" ? man_page() : markdown_manual());
  return ExitCode::done;
}

ExitCode version(Arguments const&) {
  print("qhubctl " QHUB_VERSION "\n");
  return ExitCode::done;
}

}  // namespace

Command const command_completion{
    .name = "completion",
    .summary = "Prints a script by which a shell completes commands, options and operations.",
    .positionals = {{.name = "SHELL", .help = "bash, zsh or fish.", .choices = "bash|zsh|fish"}},
    .remote = false,
    .examples = {"qhubctl completion bash"},
    .run = completion};

Command const command_autocomplete{
    .name = "autocomplete",
    .summary = "The same as the official CLI has it: how to set completion up, or with `script` the script.",
    .positionals = {{.name = "SHELL",
                     .help = "bash (unless given), zsh or fish.",
                     .required = false,
                     .many = true,
                     .choices = "bash|zsh|fish|script"}},
    .options = {{"refresh-cache", "", "Accepted; there is no cache.", 'r'}},
    .remote = false,
    .examples = {"qhubctl autocomplete script bash"},
    .run = autocomplete};

Command const command_manual{.name = "manual",
                             .summary = "Prints the whole manual, as Markdown or as a page for man.",
                             .positionals = {{.name = "FORM",
                                              .help = "markdown (unless given) or man.",
                                              .required = false,
                                              .choices = "markdown|man"}},
                             .remote = false,
                             .examples = {"qhubctl manual man"},
                             .run = manual};

Command const command_version{.name = "version",
                              .summary = "Prints the version of this program.",
                              .remote = false,
                              .examples = {"qhubctl version"},
                              .run = version};

}  // namespace qhub::cli
