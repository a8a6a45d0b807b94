// Five jobs in one session, which is closed whatever happens: QHUB_URL=… QHUB_TOKEN=… session_batch
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/sdk/wait_for_job.h>

using namespace qhub::quantum;

/// Closes the session at the end of its scope.
class OpenSession {
 public:
  explicit OpenSession(HubQuantumClient const& client)
      : sessions_(client.sessions()),
        id_(*sessions_.create_session({.backend_id = "aws.sim.sv1", .mode = SessionMode::batch, .provider = Provider::AWS, .ttl = 900}).id) {}
  ~OpenSession() {
    try {
      sessions_.close_session(id_);
    } catch (std::exception const& error) {
      std::cerr << "the session stays open until its ttl: " << error.what() << '\n';
    }
  }
  std::string const& id() const { return id_; }

 private:
  SessionsClient sessions_;
  std::string id_;
};

int main() try {
  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : ""; };
  HubQuantumClient const client({.api_key = setting("QHUB_TOKEN"), .base_url = setting("QHUB_URL") + std::string("/quantum")});
  OpenSession const session(client);
  for (int i = 0; i < 5; ++i)
    client.jobs().create_job({.backend_id = "aws.sim.sv1", .shots = 500,
                              .input = "OPENQASM 3.0; qubit q; bit b; h q; b = measure q;",
                              .tags = {{"iter-" + std::to_string(i)}}, .session_id = session.id()});
  auto const page = client.sessions().get_session_jobs(session.id());
  for (Job const& job : *page.content)
    std::cout << *job.id << ' ' << qhub::wait_for_job(client.jobs(), *job.id) << '\n';
} catch (std::exception const& error) {
  std::cerr << "session_batch: " << error.what() << '\n';
  return 1;
}
