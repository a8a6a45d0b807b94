#include <dlfcn.h>
#include <hwy/targets.h>

#include <stdexcept>

// Highway's library measures the processor's clock for 4 ms when it is loaded, half of what a short command takes, and
// only `simulate` needs it. These two functions, all that is used of it, load it then. qhubctl alone is linked so.
namespace hwy {
namespace {

template <class Function>
Function* from_library(char const* symbol) {
  static void* const library = dlopen("libhwy.so.1", RTLD_NOW | RTLD_LOCAL);
  void* const found = library ? dlsym(library, symbol) : nullptr;
  if (!found) throw std::runtime_error("cannot load libhwy.so.1, which simulate needs");
  return reinterpret_cast<Function*>(found);
}

}  // namespace

std::int64_t SupportedTargets() {
  return from_library<std::int64_t()>("_ZN3hwy16SupportedTargetsEv")();
}

ChosenTarget& GetChosenTarget() {
  return from_library<ChosenTarget&()>("_ZN3hwy15GetChosenTargetEv")();
}

}  // namespace hwy
