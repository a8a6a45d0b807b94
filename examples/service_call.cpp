// Runs a published service and prints its result: service_call GATEWAY_URL TOKEN '{"input":{"molecule":"H2"}}'
#include <boost/json/parse.hpp>
#include <chrono>
#include <iostream>
#include <qhub/service.hpp>
#include <thread>

using namespace qhub::service;

int main(int argc, char** argv) try {
  if (argc != 4) return std::cerr << "usage: service_call GATEWAY_URL TOKEN BODY\n", 2;
  HubServiceClient const service({.token = argv[2], .base_url = argv[1]});
  boost::json::value const body = boost::json::parse(argv[3]);
  ServiceExecution execution = service.service_api().start_execution({.request = body.as_object()});
  while (execution.status == ServiceExecutionStatus::PENDING || execution.status == ServiceExecutionStatus::RUNNING) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    execution = service.service_api().get_status(execution.id);
  }
  if (execution.status != ServiceExecutionStatus::SUCCEEDED) {
    std::cerr << "the execution ended " << execution.status << '\n';
    return 1;
  }
  std::cout << service.service_api().get_result(execution.id) << '\n';
} catch (std::exception const& error) {
  std::cerr << "service_call: " << error.what() << '\n';
  return 1;
}
