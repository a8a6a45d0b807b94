#include "qhub/cli/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

#include "qhub/cli/commands.h"

namespace qhub::cli {
namespace {

Option const options_of_remote[] = {
    {"hub", "URL",
     "The hub to talk to, by its address, e.g. http://127.0.0.1:8765; else QHUB_URL, else the one that "
     "set-context or login chose, else the vendor's."},
    {"base-url", "URL",
     "Base URL of the one API that is called, as in the SDK; else QHUB_QUANTUM_BASE_URL, QHUB_PLATFORM_BASE_URL or "
     "QHUB_USER_BASE_URL."},
    {"organization", "ID", "Act for this organization; else KQH_ORGANIZATION_ID, else the chosen context."},
    {"timeout", "SECONDS", "Longest wait for a connection and for each next byte. 60 unless given."}};

Option const options_of_printing[] = {
    {.name = "output",
     .value = "FORM",
     .help =
         "json, yaml, table, wide (a table with all there is) or name (nothing but ids). A terminal gets a table, a "
         "pipe lines separated by tabs without a header.",
     .letter = 'o',
     .choices = "json|yaml|table|wide|name"},
    {"json", "[FIELDS]", "JSON; of these fields only if names, separated by commas, follow: --json id,status."}};

/// Whether a word is an option, not a value: "-" and negative numbers are values.
bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9') && word[1] != '.';
}

bool is_optional(std::string_view value) {
  return value.starts_with('[');
}

class Parser {
 public:
  Parser(Command const& command, std::span<char const* const> words)
      : command_(command), options_(all_options(command)), words_(words) {}

  Arguments parse() {
    bool only_words = false;
    while (at_ < words_.size()) {
      std::string_view const word = words_[at_++];
      if (only_words || !is_option(word))
        positional(word);
      else if (word == "--")
        only_words = true;
      else if (word.starts_with("--"))
        long_option(word.substr(2));
      else
        letters(word.substr(1));
    }
    check_complete();
    return std::move(arguments_);
  }

 private:
  [[noreturn]] void fail(std::string const& what) const {
    throw UsageError{fmt::format("{}; see qhubctl {} --help", what, command_.name)};
  }

  void positional(std::string_view word) {
    auto const& expected = command_.positionals;
    std::size_t const index = std::min(positionals_, expected.empty() ? 0 : expected.size() - 1);
    if (expected.empty() || (positionals_ >= expected.size() && !expected[index].many))
      fail(fmt::format("{} takes no '{}'", command_.name, word));
    check_choice(expected[index].name, word, expected[index].choices);
    arguments_.add(std::string(expected[index].name), std::string(word));
    ++positionals_;
  }

  void long_option(std::string_view word) {
    std::size_t const equals = word.find('=');
    std::string_view const name = word.substr(0, equals);
    auto const option = std::ranges::find(options_, name, &Option::name);
    if (option == options_.end()) {
      std::vector<std::string_view> names;
      for (Option const& each : options_) names.push_back(each.name);
      std::string_view const meant = nearest(name, names);
      if (meant.empty()) fail(fmt::format("{} takes no --{}", command_.name, name));
      throw UsageError{fmt::format("{} takes no --{}; did you mean --{}?", command_.name, name, meant)};
    }
    if (equals == std::string_view::npos)
      take(*option, std::nullopt);
    else if (option->value.empty())
      fail(fmt::format("--{} takes no value", name));
    else
      take(*option, word.substr(equals + 1));
  }

  void letters(std::string_view word) {
    for (; !word.empty(); word.remove_prefix(1)) {
      auto const option = std::ranges::find_if(options_, [&](Option const& each) { return each.letter == word[0]; });
      if (option == options_.end()) fail(fmt::format("{} takes no -{}", command_.name, word[0]));
      if (!option->value.empty() && word.size() > 1) {
        word.remove_prefix(word[1] == '=' ? 2 : 1);
        return take(*option, word);
      }
      take(*option, std::nullopt);
    }
  }

  void take(Option const& option, std::optional<std::string_view> value) {
    std::string const name(option.name);
    if (option.value.empty()) return arguments_.add(name, "true");
    bool const next_is_value = at_ < words_.size() && !is_option(words_[at_]);
    if (!value && next_is_value)
      value = words_[at_++];
    else if (!value && is_optional(option.value))
      value = "";
    if (!value) fail(fmt::format("--{} needs a value: {}", name, option.value));
    check_choice("--" + name, *value, option.choices);
    if (arguments_.flag(name) && !option.repeats) fail(fmt::format("--{} is given twice", name));
    arguments_.add(name, std::string(*value));
  }

  static void check_choice(std::string_view what, std::string_view given, std::string_view among) {
    auto const choices = split_choices(among);
    if (!choices.empty() && std::ranges::find(choices, given) == choices.end())
      throw UsageError{
          fmt::format("{} takes {}, not '{}'{}", what, fmt::join(choices, ", "), given, did_you_mean(given, choices))};
  }

  void check_complete() const {
    for (Positional const& each : command_.positionals)
      if (each.required && !arguments_.flag(std::string(each.name)))
        fail(fmt::format("{} needs {}", command_.name, each.name));
    for (Option const& each : command_.options)
      if (each.required && !arguments_.flag(std::string(each.name)))
        fail(fmt::format("{} needs --{} {}", command_.name, each.name, each.value));
  }

  Command const& command_;
  std::vector<Option> const options_;
  std::span<char const* const> words_;
  std::size_t at_ = 0;
  std::size_t positionals_ = 0;
  Arguments arguments_;
};

/// Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::move(last);
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::optional<long> Arguments::integer(std::string const& name, long lowest, long highest) const {
  auto const text = find(name);
  if (!text) return std::nullopt;
  long value = 0;
  auto const [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size() || value < lowest || value > highest)
    throw UsageError{fmt::format("--{} takes a whole number from {} to {}, not '{}'", name, lowest, highest, *text)};
  return value;
}

std::optional<double> Arguments::probability(std::string const& name) const {
  auto const text = find(name);
  if (!text) return std::nullopt;
  double value = 0;
  auto const [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size() || !(value >= 0 && value <= 1))
    throw UsageError{fmt::format("--{} takes a probability from 0 to 1, not '{}'", name, *text)};
  return value;
}

std::vector<Noun const*> nouns() {
  std::vector<Noun const*> all;
  for (Chapter const& chapter : chapters()) all.insert(all.end(), chapter.nouns.begin(), chapter.nouns.end());
  return all;
}

std::vector<Command const*> commands() {
  std::vector<Command const*> all;
  for (Chapter const& chapter : chapters()) {
    for (Noun const* noun : chapter.nouns)
      for (Command const& command : noun->commands) all.push_back(&command);
    all.insert(all.end(), chapter.commands.begin(), chapter.commands.end());
  }
  return all;
}

Noun const* find_noun(std::string_view name) {
  for (Noun const* noun : nouns())
    if (noun->name == name) return noun;
  return nullptr;
}

Command const* find_command(std::string_view name) {
  for (Command const* command : commands())
    if (command->name == name) return command;
  return nullptr;
}

std::span<Option const> remote_options() {
  return options_of_remote;
}

std::span<Option const> print_options() {
  return options_of_printing;
}

std::vector<Option> all_options(Command const& command) {
  std::vector<Option> options = command.options;
  if (command.prints) options.insert(options.end(), std::begin(options_of_printing), std::end(options_of_printing));
  if (command.remote) options.insert(options.end(), std::begin(options_of_remote), std::end(options_of_remote));
  options.push_back({"help", "", "Print this help.", 'h'});
  return options;
}

Call find_call(std::span<char const* const> words) {
  std::string_view const first = words.front();
  if (is_option(first)) throw UsageError{fmt::format("{} belongs behind a command; see qhubctl --help", first)};
  if (Command const* command = find_command(first)) return {command, words.subspan(1)};
  Noun const* const noun = find_noun(first);
  if (!noun) {
    std::vector<std::string_view> names;
    for (Noun const* each : nouns()) names.push_back(each->name);
    for (Command const* each : commands()) names.push_back(each->name);
    throw UsageError{
        fmt::format("there is no command '{}'{}", first, did_you_mean(first, names, "; see qhubctl --help"))};
  }
  std::vector<std::string_view> verbs;
  for (Command const& command : noun->commands) {
    verbs.push_back(command.name.substr(noun->name.size() + 1));
    if (words.size() > 1 && verbs.back() == words[1]) return {&command, words.subspan(2)};
  }
  if (words.size() < 2 || is_option(words[1]))
    throw UsageError{fmt::format("{} takes {}; see qhubctl {} --help", noun->name, fmt::join(verbs, ", "), noun->name)};
  throw UsageError{fmt::format("{} takes {}, not '{}'{}", noun->name, fmt::join(verbs, ", "), words[1],
                               did_you_mean(words[1], verbs))};
}

Arguments parse(Command const& command, std::span<char const* const> words) {
  return Parser(command, words).parse();
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> candidates) {
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (std::string_view const candidate : candidates)
    if (std::size_t const steps = distance(word, candidate); steps < best && steps < candidate.size()) {
      best = steps;
      found = candidate;
    }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<std::string_view const> candidates,
                         std::string_view otherwise) {
  std::string_view const meant = nearest(word, candidates);
  return meant.empty() ? std::string(otherwise) : fmt::format("; did you mean '{}'?", meant);
}

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> parts;
  while (!choices.empty()) {
    parts.push_back(choices.substr(0, choices.find('|')));
    choices.remove_prefix(std::min(parts.back().size() + 1, choices.size()));
  }
  return parts;
}

}  // namespace qhub::cli
