#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/quantum/results/job_run.h"

namespace qhub::hub {

std::string write_ionq_result(JobRun const& run) {
  boost::json::array documents;
  for (CircuitRun const& circuit_run : run.circuits) {
    boost::json::object histogram;
    for (auto const& [state, value] : probabilities(circuit_run)) histogram[fmt::format("{}", state)] = value;
    documents.push_back(boost::json::object{{"histogram", std::move(histogram)}});
  }
  return boost::json::serialize(run.is_list ? boost::json::value(documents) : documents.front());
}

}  // namespace qhub::hub
