#include "qhub/hub/platform/money.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cctype>

#include "qhub/hub/resource/errors.h"

namespace qhub::hub {
namespace {

constexpr Micros one = 1'000'000;
constexpr std::size_t decimals = 6;
constexpr std::size_t most_digits = 12;

}  // namespace

std::string amount_text(Micros amount) {
  std::uint64_t const size = amount < 0 ? 0 - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
  std::string text = fmt::format("{}{}.{:06}", amount < 0 ? "-" : "", size / one, size % one);
  while (text.back() == '0' && text[text.size() - 3] != '.') text.pop_back();
  return text;
}

platform::Money to_money(Micros amount) {
  platform::Money money;
  money.amount = amount_text(amount);
  money.currency = currency;
  money.negative = amount < 0;
  money.zero = amount == 0;
  money.positive = amount > 0;
  return money;
}

Result<Micros> read_amount(std::string_view text, std::string field) {
  auto const refuse = [&] {
    return invalid(std::move(field), fmt::format("is an amount such as 12.34 with at most {} decimals", decimals));
  };
  bool const negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::size_t const point = std::min(text.find('.'), text.size());
  std::string_view const whole = text.substr(0, point), rest = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || whole.size() > most_digits || rest.size() > decimals || (point < text.size() && rest.empty()))
    return refuse();
  Micros amount = 0;
  for (char const digit : fmt::format("{}{:0<6}", whole, rest)) {
    if (std::isdigit(static_cast<unsigned char>(digit)) == 0) return refuse();
    amount = amount * 10 + (digit - '0');
  }
  return negative ? -amount : amount;
}

Result<Micros> read_money(platform::Money const& money, std::string const& field) {
  if (!money.amount) return invalid(field + ".amount", "is required");
  if (money.currency.value_or(std::string(currency)) != currency) return invalid(field + ".currency", "is EUR");
  Result<Micros> const amount = read_amount(*money.amount, field + ".amount");
  if (!amount) return amount.error();
  if (*amount <= 0) return invalid(field + ".amount", "is above zero");
  return *amount;
}

}  // namespace qhub::hub
