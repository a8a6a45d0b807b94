// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny.hpp"
#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"
#include "qhub/tiny_async.hpp"
#include "wire/driver.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // deprecated operations are driven like the others

namespace qhub::tiny {
namespace {

wire::Registration const boxes_registrations[] = {
    {operations::boxes::find_boxes,
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<FindBoxesRequest>();
       return call.answer((clients.tiny().boxes().find_boxes(request)));
     },
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<FindBoxesRequest>();
       return call.answer(clients.wait(clients.async_tiny().boxes().find_boxes(request)));
     }},
    {operations::boxes::create_box,
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<CreateBoxRequest>();
       return call.answer((clients.tiny().boxes().create_box(request)));
     },
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<CreateBoxRequest>();
       return call.answer(clients.wait(clients.async_tiny().boxes().create_box(request)));
     }},
    {operations::boxes::get_file,
     [](wire::Clients const& clients, wire::Invocation const& call) {
       return call.collect([&](ByteSink const& sink) { (clients.tiny().boxes().get_file(call.path(0), call.path(1), sink)); });
     },
     [](wire::Clients const& clients, wire::Invocation const& call) {
       return call.collect([&](ByteSink const& sink) { clients.wait(clients.async_tiny().boxes().get_file(call.path(0), call.path(1), sink)); });
     }},
    {operations::boxes::put_file,
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<PutFileRequest>();
       (clients.tiny().boxes().put_file(call.path(0), call.path(1), request));
       return call.nothing();
     },
     [](wire::Clients const& clients, wire::Invocation const& call) {
       auto const request = call.request<PutFileRequest>();
       clients.wait(clients.async_tiny().boxes().put_file(call.path(0), call.path(1), request));
       return call.nothing();
     }},
    {operations::boxes::get_lid,
     [](wire::Clients const& clients, wire::Invocation const& call) {
       return call.answer((clients.tiny().boxes().get_lid(call.path(0))));
     },
     [](wire::Clients const& clients, wire::Invocation const& call) {
       return call.answer(clients.wait(clients.async_tiny().boxes().get_lid(call.path(0))));
     }},
};

}  // namespace
}  // namespace qhub::tiny
