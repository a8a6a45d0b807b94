#pragma once

#include <cstddef>
#include <memory>
#include <optional>

namespace qhub::sim {

/// Owns zeroed bytes, aligned to 64. Large ones come from the system as huge pages, zeroed as they are first touched:
/// so getting them takes no time, and a run can be cancelled from its start.
class ZeroedMemory {
 public:
  /// Nothing if the system refuses.
  [[nodiscard]] static std::optional<ZeroedMemory> allocate(std::size_t bytes);

  [[nodiscard]] void* data() const { return memory_.get(); }
  [[nodiscard]] std::size_t bytes() const { return memory_.get_deleter().bytes; }

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(void* memory) const;
  };

  ZeroedMemory(void* memory, std::size_t bytes) : memory_(memory, Unmap{bytes}) {}

  std::unique_ptr<void, Unmap> memory_;
};

}  // namespace qhub::sim
