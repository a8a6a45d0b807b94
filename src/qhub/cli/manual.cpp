#include "qhub/cli/manual.h"

#include <fmt/format.h>

#include "qhub/cli/exit_code.h"
#include "qhub/cli/grammar.h"
#include "qhub/cli/help.h"

namespace qhub::cli {
namespace {

/// What is true of all commands; `code` marks, as in Markdown, what is typed.
struct Section {
  std::string_view title;
  std::string_view text;
};
constexpr Section sections[] = {
    {"Output",
     "What was asked for goes to standard output, everything else (progress, warnings, errors) to standard error. A "
     "terminal gets tables that fit its width, a pipe lines separated by tabs without a header; `-o json`, `yaml`, "
     "`table`, `wide` and `name` choose, and `--json id,status` prints these fields only. Fields and values that this "
     "program does not know are shown as they came. Colours are off in pipes, with `NO_COLOR`, with `CLICOLOR=0` and "
     "on "
     "a dumb terminal. Histograms show one standard error, sqrt(p (1 - p) / shots), beside each share and at the end "
     "of "
     "its bar."},
    {"Whom it talks to, and as whom",
     "A flag wins over the environment, that over the chosen context, that over the rest of the configuration file, "
     "that "
     "over the default. Addresses: `--base-url`, `--hub`, `QHUB_QUANTUM_BASE_URL` (`PLATFORM`, `USER`), `QHUB_URL`, "
     "the "
     "file, the vendor's. Tokens: `KQH_SERVICE_EXECUTION_TOKEN`, `KQH_PERSONAL_ACCESS_TOKEN`, the older names of the "
     "official SDK, the file. `qhubctl doctor` prints each value with its source. A token that `login` kept for one "
     "hub "
     "is never sent to another: `--hub` and `QHUB_URL` use the one kept for that address."},
    {"Files",
     "`~/.config/qhubctl/config.json`, or what `KQH_CONFIG_FILE_PATH` names, is shared with the official tools: "
     "`auth`, "
     "`endpoint` and `context` as they have them; `hubs` holds the same for the other hubs of `list-contexts`; other "
     "keys stay as they are. It is readable by its owner alone and replaced in one step. A local hub keeps its data in "
     "`~/.local/share/qhubd` (`XDG_DATA_HOME`), as qhubd does."},
    {"Secrets",
     "Tokens are typed without echo or read from standard input (`login --with-token`); `-t` works and warns, since "
     "other users see command lines. `QHUB_DEBUG=api` logs requests and answers without tokens, query strings and "
     "bodies. "
     "The one place where a secret is printed is where it is asked for: `token create`, `app keys --reveal`."},
    {"Interruption",
     "The first Ctrl-C ends the waiting, not the job: its id is printed and the exit code is 130. With "
     "`--cancel-on-interrupt` the job is cancelled, too. A second Ctrl-C ends the program at once."}};

/// With the marks of the section's code as `open` and `close`.
std::string marked(std::string_view text, std::string_view open, std::string_view close) {
  std::string result;
  bool inside = false;
  for (char const c : text) {
    if (c != '`') {
      result += c;
      continue;
    }
    result += inside ? close : open;
    inside = !inside;
  }
  return result;
}

/// A text in roff: backslashes, and the dots and quotes that begin a request, are escaped.
std::string roff(std::string_view text) {
  std::string escaped;
  for (char const c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
  }
  return escaped.starts_with('.') || escaped.starts_with('\'') ? "\\&" + escaped : escaped;
}

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (char const c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string_view trimmed(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

void markdown(Command const& command, std::string& text) {
  text += fmt::format("\n### {}\n\n{}\n\n```\n{}\n```\n", command.name, command.summary, usage(command));
  std::vector<Option> options = command.options;
  if (!command.positionals.empty() || !options.empty()) text += "\n| | |\n|---|---|\n";
  for (Positional const& each : command.positionals) text += fmt::format("| `{}` | {} |\n", each.name, cell(each.help));
  for (Option const& each : options) text += fmt::format("| `{}` | {} |\n", trimmed(spelling(each)), cell(each.help));
  if (!command.examples.empty()) text += "\n```sh\n";
  for (std::string_view const example : command.examples) text += fmt::format("{}\n", example);
  if (!command.examples.empty()) text += "```\n";
}

void man(std::string_view title, std::span<Option const> options, std::string& text) {
  if (!title.empty()) text += fmt::format(".SH {}\n", title);
  for (Option const& each : options)
    text += fmt::format(".TP\n.B {}\n{}\n", roff(trimmed(spelling(each))), roff(each.help));
}

}  // namespace

std::string markdown_manual() {
  std::string text =
      "# qhubctl\n\nWritten by `qhubctl manual markdown` from the commands' own descriptions, as `--help`, the manual "
      "page (`qhubctl manual man`) and the completions are; a test compares.\n";
  for (Section const& section : sections) text += fmt::format("\n## {}\n\n{}\n", section.title, section.text);
  text += "\n## Exit codes\n\n| | |\n|---|---|\n";
  for (auto const& [code, meaning] : exit_codes()) text += fmt::format("| {} | {} |\n", code, meaning);
  text += "\n## Options of all commands that print a result\n\n| | |\n|---|---|\n";
  for (Option const& each : print_options())
    text += fmt::format("| `{}` | {} |\n", trimmed(spelling(each)), cell(each.help));
  text += "\n## Options of all commands that talk to an API\n\n| | |\n|---|---|\n";
  for (Option const& each : remote_options())
    text += fmt::format("| `{}` | {} |\n", trimmed(spelling(each)), cell(each.help));
  for (Chapter const& chapter : chapters()) {
    text += fmt::format("\n## {}\n", chapter.title);
    for (Command const* command : chapter.commands) markdown(*command, text);
    for (Noun const* noun : chapter.nouns)
      for (Command const& command : noun->commands) markdown(command, text);
  }
  return text;
}

std::string man_page() {
  std::string text =
      ".TH QHUBCTL 1 \"\" \"qhub " QHUB_VERSION
      "\"\n.SH NAME\nqhubctl \\- quantum jobs and services from the command line\n.SH SYNOPSIS\n.B qhubctl\n"
      "COMMAND [OPTION...]\n";
  for (Section const& section : sections) {
    std::string title(section.title);
    for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    text += fmt::format(".SH {}\n{}\n", title, marked(roff(section.text), "\\fB", "\\fR"));
  }
  text += ".SH EXIT STATUS\n";
  for (auto const& [code, meaning] : exit_codes()) text += fmt::format(".TP\n{}\n{}\n", code, roff(meaning));
  man("OPTIONS OF ALL COMMANDS THAT PRINT A RESULT", print_options(), text);
  man("OPTIONS OF ALL COMMANDS THAT TALK TO AN API", remote_options(), text);
  text += ".SH COMMANDS\n";
  for (Command const* command : commands()) {
    text += fmt::format(".SS {}\n{}\n.PP\n.B {}\n", roff(command->name), roff(command->summary), roff(usage(*command)));
    for (Positional const& each : command->positionals)
      text += fmt::format(".TP\n.I {}\n{}\n", roff(each.name), roff(each.help));
    man("", command->options, text);
    if (!command->examples.empty()) text += ".PP\n.nf\n";
    for (std::string_view const example : command->examples) text += fmt::format("{}\n", roff(example));
    if (!command->examples.empty()) text += ".fi\n";
  }
  return text;
}

}  // namespace qhub::cli
