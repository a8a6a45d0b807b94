#pragma once

#include <string_view>

/// The texts of the files of this folder, for Catalogue::add().
namespace qhub::hub::built_in {

extern std::string_view const aqt_sim_ideal;
extern std::string_view const aws_sim_dm1;
extern std::string_view const aws_sim_sv1;
extern std::string_view const azure_ionq_simulator;
extern std::string_view const kipu_sim_qsim;
extern std::string_view const local_sim_auto;
extern std::string_view const local_sim_density_matrix;
extern std::string_view const local_sim_stabilizer;
extern std::string_view const local_sim_statevector;
extern std::string_view const qudora_sim_xg1;

}  // namespace qhub::hub::built_in
