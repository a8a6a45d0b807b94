#pragma once

#include "qhub/cli/command.h"

/// Every command there is; the files command_*.cpp define them.
namespace qhub::cli {

extern Noun const noun_job;
extern Noun const noun_backend;
extern Noun const noun_session;
extern Noun const noun_workload;
extern Noun const noun_circuit;
extern Noun const noun_service;
extern Noun const noun_execution;
extern Noun const noun_datapool;
extern Noun const noun_app;
extern Noun const noun_org;
extern Noun const noun_token;
extern Noun const noun_hub;

extern Command const command_login;
extern Command const command_logout;
extern Command const command_list_contexts;
extern Command const command_get_context;
extern Command const command_set_context;
extern Command const command_doctor;
extern Command const command_run;
extern Command const command_simulate;
extern Command const command_services;
extern Command const command_init;
extern Command const command_serve;
extern Command const command_up;
extern Command const command_openapi;
extern Command const command_compress;
extern Command const command_api;
extern Command const command_completion;
extern Command const command_autocomplete;
extern Command const command_manual;
extern Command const command_version;

}  // namespace qhub::cli
