#pragma once

#include <utility>

#include "qhub/sdk/http.h"

namespace qhub::sdk {

/// Hands each piece to a function.
class FunctionSink : public BodySink {
 public:
  explicit FunctionSink(ByteSink function) : function_(std::move(function)) {}

  void begin(int, Headers const&) override {}
  void write(std::string_view piece) override { function_(piece); }

 private:
  ByteSink function_;
};

}  // namespace qhub::sdk
