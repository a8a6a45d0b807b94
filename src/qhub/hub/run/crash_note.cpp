#include "qhub/hub/run/crash_note.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <system_error>

namespace qhub::hub {
namespace {

constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr std::size_t no_slot = ~std::size_t(0);

/// What the signal handler reads: lock-free, and alive until the process ends.
std::array<std::atomic<std::int64_t>, 1024> suspects{};  // one slot per worker; 0: none
thread_local std::int64_t own_suspect = 0;
int note = -1;
std::array<struct sigaction, crash_signals.size()> earlier_actions{};

/// Like the rest of the handler, does only what is safe in a signal handler.
void write_number(std::int64_t number) {
  char text[24];
  char* const end = text + sizeof text;
  char* begin = end;
  *--begin = '\n';
  for (; number > 0; number /= 10) *--begin = static_cast<char>('0' + number % 10);
  [[maybe_unused]] auto const written = ::write(note, begin, static_cast<std::size_t>(end - begin));
}

void on_crash(int signal) {
  if (own_suspect != 0)
    write_number(own_suspect);
  else
    for (auto const& suspect : suspects)
      if (std::int64_t const number = suspect.load(); number != 0) write_number(number);
  for (std::size_t i = 0; i < crash_signals.size(); ++i)
    if (crash_signals[i] == signal) ::sigaction(signal, &earlier_actions[i], nullptr);
  ::raise(signal);
}

}  // namespace

std::vector<std::int64_t> take_crash_note(std::filesystem::path const& file) {
  std::vector<std::int64_t> numbers;
  std::ifstream stream(file);
  for (std::int64_t number = 0; stream >> number;) numbers.push_back(number);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return numbers;
}

void leave_crash_notes(std::filesystem::path const& file) {
  note = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (note < 0) return;
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < crash_signals.size(); ++i) ::sigaction(crash_signals[i], &action, &earlier_actions[i]);
}

CrashSuspect::CrashSuspect(std::int64_t job_number) : slot_(no_slot) {
  own_suspect = job_number;
  for (std::size_t slot = 0; slot < suspects.size(); ++slot) {
    std::int64_t expected = 0;
    if (!suspects[slot].compare_exchange_strong(expected, job_number)) continue;
    slot_ = slot;
    return;
  }
}

CrashSuspect::~CrashSuspect() {
  own_suspect = 0;
  if (slot_ != no_slot) suspects[slot_] = 0;
}

}  // namespace qhub::hub
