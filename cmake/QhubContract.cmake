# qhub_contract(API): generates the C++ of api/API.yaml at build time below <build>/generated and sets, for the caller,
#   QHUB_<API>_TYPES     wire types, their tables, requests and operations
#   QHUB_<API>_CLIENTS   the SDK's clients
#   QHUB_<API>_ASYNC_CLIENTS   and their asynchronous twins
#   QHUB_<API>_HANDLERS  the hub's interfaces and routes
#   QHUB_<API>_HELP      what the command line says of each operation
#   QHUB_<API>_DRIVERS   what the wire tests call the clients through
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB apigen_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/apigen/*.py
                                         ${PROJECT_SOURCE_DIR}/tools/apigen/templates/*.jinja)
file(GLOB contracts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/api/*.yaml)  # one may borrow operations of another

# Compiles the files together, a dozen at a time: most of their time goes into headers that they share.
function(qhub_unite name)
  set(number 0)
  foreach(file IN LISTS ARGN)
    math(EXPR group "${number} / 12")
    set_property(SOURCE ${file} PROPERTY UNITY_GROUP ${name}_${group})
    set_property(SOURCE ${file} PROPERTY GENERATED TRUE)
    math(EXPR number "${number} + 1")
  endforeach()
endfunction()

function(qhub_contract api)
  set(contract ${PROJECT_SOURCE_DIR}/api/${api}.yaml)
  set(output ${PROJECT_BINARY_DIR}/generated)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${contract})
  execute_process(COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/apigen ${contract} --output ${output} --list
                  OUTPUT_VARIABLE names OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" names "${names}")
  list(TRANSFORM names PREPEND ${output}/)
  set(stamp ${output}/qhub/${api}/stamp)
  add_custom_command(
    OUTPUT ${stamp} BYPRODUCTS ${names}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/apigen ${contract} --output ${output}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${contracts} ${apigen_files}
    COMMENT "Generating the ${api} API")
  add_custom_target(qhub_${api}_generated DEPENDS ${stamp})

  set(sources ${names})
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  string(TOUPPER ${api} upper)
  foreach(part CLIENTS:client ASYNC_CLIENTS:client_async HANDLERS:handlers HELP:operation_help
               DRIVERS:wire_driver)
    string(REGEX MATCH "^[^:]+" variable ${part})
    string(REGEX REPLACE "^[^:]+:" "" suffix ${part})
    set(files ${sources})
    list(FILTER files INCLUDE REGEX "/([a-z_]+_)?${suffix}\\.cpp$")
    list(REMOVE_ITEM sources ${files} "")
    set(QHUB_${upper}_${variable} ${files} PARENT_SCOPE)
    qhub_unite(${api}_${suffix} ${files})
  endforeach()
  qhub_unite(${api}_types ${sources})
  set(QHUB_${upper}_TYPES ${sources} PARENT_SCOPE)
endfunction()
