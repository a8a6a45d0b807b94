#include "qhub/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "qhub/cli/grammar.h"

namespace qhub::cli {
namespace {

/// Collects the candidates that begin like the word.
class Candidates {
 public:
  explicit Candidates(std::string_view word) : word_(word) {}
  void add(std::string_view candidate, std::string_view description = "") {
    if (candidate.starts_with(word_)) text_ += fmt::format("{}\t{}\n", candidate, description);
  }
  void add_all(std::span<std::string_view const> candidates) {
    for (std::string_view const candidate : candidates) add(candidate);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string_view word_;
  std::string text_;
};

void add_first_words(Candidates& candidates) {
  for (Noun const* noun : nouns()) candidates.add(noun->name, noun->summary);
  for (Command const* command : commands())
    if (command->name.find(' ') == std::string_view::npos) candidates.add(command->name, command->summary);
  candidates.add("help", "Prints the help of a command.");
}

/// The option that a word names, if it still needs a value.
Option const* awaiting(std::span<Option const> options, std::string_view word) {
  for (Option const& option : options) {
    bool const named =
        word == fmt::format("--{}", option.name) || (option.letter && word == fmt::format("-{}", option.letter));
    if (named && !option.value.empty()) return &option;
  }
  return nullptr;
}

std::size_t count_positionals(std::span<char const* const> words, std::span<Option const> options) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view const word = words[i];
    if (awaiting(options, word))
      ++i;
    else if (!word.starts_with('-'))
      ++count;
  }
  return count;
}

void add_arguments(Command const& command, std::span<char const* const> before, std::string_view word,
                   Candidates& candidates) {
  std::vector<Option> const options = all_options(command);
  if (!before.empty())
    if (Option const* const option = awaiting(options, before.back()))
      return candidates.add_all(split_choices(option->choices));
  if (word.starts_with('-')) {
    for (Option const& option : options) candidates.add(fmt::format("--{}", option.name), option.help);
    return;
  }
  std::size_t const position = count_positionals(before, options);
  if (position == 0 && command.first_words) candidates.add_all(command.first_words());
  if (position < command.positionals.size()) candidates.add_all(split_choices(command.positionals[position].choices));
}

}  // namespace

std::string completions(std::span<char const* const> words) {
  if (words.empty()) return "";
  std::string_view const word = words.back();
  auto before = words.first(words.size() - 1);
  Candidates candidates(word);
  if (!before.empty() && std::string_view(before.front()) == "help") before = before.subspan(1);
  if (before.empty()) {
    add_first_words(candidates);
  } else if (Command const* command = find_command(before.front())) {
    add_arguments(*command, before.subspan(1), word, candidates);
  } else if (Noun const* noun = find_noun(before.front())) {
    if (before.size() == 1)
      for (Command const& each : noun->commands) candidates.add(each.name.substr(noun->name.size() + 1), each.summary);
    else if (Command const* verb = find_command(fmt::format("{} {}", before[0], before[1])))
      add_arguments(*verb, before.subspan(2), word, candidates);
  }
  return candidates.take();
}

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash")
    return R"(# qhubctl in bash; put into ~/.bashrc:  source <(qhubctl completion bash)
_qhubctl() {
  local IFS=$'\n'
  COMPREPLY=($(qhubctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _qhubctl qhubctl
)";
  if (shell == "zsh")
    return R"(#compdef qhubctl
# qhubctl in zsh; put into ~/.zshrc, behind compinit:  source <(qhubctl completion zsh)
_qhubctl() {
  local line
  local -a candidates
  for line in "${(@f)$(qhubctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  if (( ${#candidates} )); then
    _describe qhubctl candidates
  else
    _files
  fi
}
compdef _qhubctl qhubctl
)";
  return R"(# qhubctl in fish; put into ~/.config/fish/completions/qhubctl.fish:  qhubctl completion fish
complete -c qhubctl -a '(qhubctl __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
)";
}

}  // namespace qhub::cli
