#define TOML_EXCEPTIONS 0
#include "qhub/hub/program/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace qhub::hub {
namespace {

std::optional<std::string> text_of(toml::node const& node) {
  if (auto const text = node.value_exact<std::string>()) return text;
  if (auto const integer = node.value_exact<std::int64_t>()) return fmt::format("{}", *integer);
  if (auto const number = node.value_exact<double>()) return fmt::format("{}", *number);
  if (auto const flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

}  // namespace

Settings::Settings(CLI::App& command) : command_(command) {
  command_
      .add_option("--config", file_,
                  "TOML file with settings of the names below, without the dashes: workers = 2. The command line and "
                  "the environment win over it.")
      ->envname("QHUBD_CONFIG");
}

CLI::Option* Settings::remember(std::string const& name, CLI::Option* option) {
  std::string variable = "QHUBD_" + name;
  std::ranges::transform(variable, variable.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  options_.emplace(name, option);
  return option->envname(variable);
}

Result<void> Settings::load() {
  if (file_.empty()) return {};
  auto const refuse = [&](toml::source_region const& where, std::string const& why) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{}:{}: {}", file_, where.begin.line, why),
                 .details = {}};
  };
  if (!std::filesystem::is_regular_file(file_))
    return Error{
        .kind = ErrorKind::invalid_argument, .message = "there is no configuration file " + file_, .details = {}};
  toml::parse_result const parsed = toml::parse_file(file_);
  if (!parsed) return refuse(parsed.error().source(), std::string(parsed.error().description()));
  for (auto const& [key, node] : parsed.table()) {
    std::string const name(key.str());
    auto const found = options_.find(name);
    if (found == options_.end())
      return refuse(key.source(), fmt::format("there is no setting '{}'; qhubd serve --help lists them", name));
    CLI::Option& option = *found->second;
    if (option.count() > 0) continue;
    std::vector<std::string> values;
    toml::array const* const array = node.as_array();
    auto const take = [&](toml::node const& value) {
      auto text = text_of(value);
      if (text) values.push_back(std::move(*text));
      return text.has_value();
    };
    bool const is_good = array ? std::ranges::all_of(*array, take) : take(node);
    if (!is_good) return refuse(node.source(), fmt::format("{} must be a text, a number or true or false", name));
    try {
      for (std::string& value : values) option.add_result(std::move(value));
      if (!values.empty()) option.run_callback();
    } catch (CLI::Error const& error) {
      return refuse(node.source(), error.what());
    }
  }
  return {};
}

}  // namespace qhub::hub
