#include "qhub/embedded/in_process_transport.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>

#include "qhub/api/codec.h"
#include "qhub/hub/hub.h"
#include "qhub/hub/internal/test_support.h"
#include "qhub/quantum.hpp"
#include "qhub/quantum_async.hpp"
#include "qhub/sdk/async_wait_for_job.h"
#include "qhub/sdk/wait_for_job.h"

namespace qhub {
namespace {

class InProcess : public testing::Test {
 protected:
  InProcess() : hub_(std::move(*hub::Hub::open({.data_directory = directory_.path(), .run = {}}))) {
    std::ifstream(directory_.path() / "owner-token") >> token_;
  }

  ClientOptions options() {
    return {.api_key = token_,
            .base_url = "http://hub/quantum",
            .transport = make_in_process_transport(hub_->router()),
            .async_transport = make_async_in_process_transport(hub_->router())};
  }

  quantum::CreateJobRequest const bell_{.backend_id = "aws.sim.sv1",
                                        .shots = 100,
                                        .input = "OPENQASM 3.0; qubit[2] q; bit[2] b; h q[0]; cx q[0], q[1]; b = measure q;"};

 private:
  hub::TemporaryDirectory directory_;

 protected:
  std::unique_ptr<hub::Hub> hub_;
  std::string token_;
};

TEST_F(InProcess, AJobRunsWithoutASocket) {
  HubQuantumClient const client(options());
  auto const job = client.jobs().create_job(bell_);
  EXPECT_EQ(wait_for_job(client.jobs(), *job.id), quantum::JobStatus::COMPLETED);
  std::string streamed;
  client.jobs().get_job_result_stream(*job.id, [&](std::string_view piece) { streamed += piece; });
  EXPECT_EQ(*api::parse(streamed), client.jobs().get_job_result(*job.id));
  EXPECT_THROW(client.jobs().get_job("no such job"), NotFoundError);
}

TEST_F(InProcess, TheSameForCoroutines) {
  boost::asio::io_context context;
  AsyncHubQuantumClient const client(options());
  auto status = boost::asio::co_spawn(
      context,
      [&]() -> boost::asio::awaitable<quantum::JobStatus> {
        auto const job = co_await client.jobs().create_job(bell_);
        co_return co_await wait_for_job(client.jobs(), *job.id);
      },
      boost::asio::use_future);
  context.run();
  EXPECT_EQ(status.get(), quantum::JobStatus::COMPLETED);
}

}  // namespace
}  // namespace qhub
