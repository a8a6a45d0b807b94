#include "qhub/hub/service/sandbox.h"

#include <gtest/gtest.h>
#include <fcntl.h>
#include <signal.h>

#include <fstream>

#include "qhub/hub/internal/test_support.h"
#include "qhub/hub/service/service_files.h"
#include "qhub/hub/service/watch.h"

namespace qhub::hub {
namespace {

class SandboxTest : public testing::Test {
 protected:
  SandboxTest() {
    auto probed = Sandbox::probe();
    EXPECT_TRUE(probed) << probed.error().message;
    sandbox.emplace(*probed);
  }

  struct Outcome {
    WatchedEnd end;
    std::string log;
  };
  /// Runs a line of shell, with /out to write to.
  Outcome run(std::string const& script, ResourceLimits const& limits = {}, int stop = -1) {
    int output[2], errors[2];
    EXPECT_EQ(::pipe2(output, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(errors, O_CLOEXEC), 0);
    Descriptor const output_read(output[0]), errors_read(errors[0]);
    Descriptor output_write(output[1]), errors_write(errors[1]);
    auto const out = directory.path() / "out";
    EXPECT_TRUE(make_directory_for(out, uid));
    auto program = sandbox->start({.command = {"/bin/sh", "-c", script},
                                   .environment = {"PATH=/usr/bin:/bin"},
                                   .mounts = {{out, "/out", true}},
                                   .limits = limits,
                                   .uid = uid,
                                   .standard_output = output[1],
                                   .standard_error = errors[1]});
    EXPECT_TRUE(program) << program.error().message;
    output_write.reset();
    errors_write.reset();
    auto log = LogFile::open(directory.path() / "log", 1 << 20);
    EXPECT_TRUE(log);
    Outcome outcome{.end = watch({.program = **program,
                                  .output = output[0],
                                  .errors = errors[0],
                                  .stop = stop,
                                  .log = *log,
                                  .limits = limits,
                                  .written = {out}}),
                    .log = {}};
    for (std::string const& line : read_log(directory.path() / "log", 1000)) outcome.log += line + "\n";
    std::filesystem::remove(directory.path() / "log");
    return outcome;
  }

  uid_t const uid = 2'000'000'123;
  TemporaryDirectory const directory;
  std::optional<Sandbox> sandbox;
};

TEST_F(SandboxTest, GivesBackExitCodesAndSignals) {
  EXPECT_EQ(run("exit 7").end.end.code, 7);
  EXPECT_EQ(run("kill -9 $$").end.end.code, 128 + 9);
  EXPECT_EQ(run("true").end.end.code, 0);
}

TEST_F(SandboxTest, SaysWhyAProgramDoesNotStart) {
  auto program = sandbox->start({.command = {"/does/not/exist"}, .environment = {}});
  ASSERT_TRUE(program);
  ProgramEnd const end = (*program)->wait();
  EXPECT_EQ(end.code, 126);
  EXPECT_NE(end.complaint.find("/does/not/exist"), std::string::npos) << end.complaint;
}

TEST_F(SandboxTest, HidesTheMachine) {
  if (sandbox->isolation() != Isolation::namespaces) GTEST_SKIP() << sandbox->reason();
  std::ofstream(directory.path() / "secret") << "x";
  std::string const log = run("ls " + directory.path().string() + "; ls /root /home; id -u; touch /usr/x /x; ls /proc | "
                              "grep -c '^[0-9]'; echo data > /out/file; cat /proc/self/status | grep CapEff").log;
  EXPECT_EQ(log.find("secret"), std::string::npos) << log;
  EXPECT_NE(log.find("CapEff:\\t0000000000000000"), std::string::npos) << log;
  EXPECT_NE(log.find("Read-only file system"), std::string::npos) << log;
  if (::geteuid() == 0) {
    EXPECT_NE(log.find("2000000123"), std::string::npos) << log;
  }
  auto const written = read_file(directory.path() / "out/file");
  ASSERT_TRUE(written);
  EXPECT_EQ(*written, "data\n");
}

TEST_F(SandboxTest, MountsInWhateverOrderDoNotHideEachOther) {
  if (sandbox->isolation() != Isolation::namespaces) GTEST_SKIP() << sandbox->reason();
  for (char const* const name : {"above", "below"}) std::filesystem::create_directory(directory.path() / name);
  std::ofstream(directory.path() / "below/file") << "x";
  auto program = sandbox->start({.command = {"/usr/bin/test", "-f", "/tmp/deep/place/file"},
                                 .environment = {"PATH=/usr/bin:/bin"},
                                 .mounts = {{directory.path() / "below", "/tmp/deep/place"},
                                            {directory.path() / "above", "/tmp", true}}});
  ASSERT_TRUE(program) << program.error().message;
  EXPECT_EQ((*program)->wait().code, 0);
}

TEST_F(SandboxTest, LimitsTime) {
  ResourceLimits limits;
  limits.wall_time = std::chrono::seconds(1);
  limits.grace = std::chrono::milliseconds(100);
  Outcome const outcome = run("trap '' TERM; echo started; while true; do sleep 0.1; done", limits);
  EXPECT_NE(outcome.end.reason.value_or("").find("longer than the limit"), std::string::npos);
  EXPECT_NE(outcome.log.find("started"), std::string::npos);
}

TEST_F(SandboxTest, EndsWhatTheProgramLeavesBehind) {
  auto const start = std::chrono::steady_clock::now();
  EXPECT_EQ(run("(setsid sleep 60 &) ; (sleep 60 &) ; exit 3").end.end.code, 3);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace qhub::hub
