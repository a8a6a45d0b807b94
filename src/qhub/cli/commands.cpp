#include "qhub/cli/commands.h"

#include "qhub/cli/grammar.h"

namespace qhub::cli {

std::span<Chapter const> chapters() {
  static Chapter const all[] = {
      {"Access",
       {&noun_token, &noun_org},
       {&command_login, &command_logout, &command_list_contexts, &command_get_context, &command_set_context,
        &command_doctor}},
      {"Quantum",
       {&noun_job, &noun_backend, &noun_session, &noun_workload, &noun_circuit},
       {&command_run, &command_simulate}},
      {"Services",
       {&noun_service, &noun_execution, &noun_datapool, &noun_app},
       {&command_services, &command_init, &command_serve, &command_up, &command_openapi, &command_compress}},
      {"Hub and API", {&noun_hub}, {&command_api}},
      {"This program", {}, {&command_completion, &command_autocomplete, &command_manual, &command_version}}};
  return all;
}

}  // namespace qhub::cli
