#include "qhub/hub/run/queue.h"

#include <fmt/format.h>

#include <algorithm>

namespace qhub::hub {

Result<void> Queue::claim(std::string const& backend_id, std::string const& tenant_id) {
  if (auto const tenant = tenants_.find(tenant_id);
      tenant != tenants_.end() && tenant->second.places >= limits_.per_tenant)
    return Error{.kind = ErrorKind::rate_limited,
                 .message = fmt::format("{} of your jobs wait already, which is the limit; submit again when some of "
                                        "them have run",
                                        limits_.per_tenant),
                 .details = {}};
  if (places_[backend_id] >= limits_.per_backend)
    return Error{.kind = ErrorKind::unavailable,
                 .message = fmt::format("the queue of {} is full: {} jobs wait", backend_id, limits_.per_backend),
                 .details = {}};
  ++tenants_[tenant_id].places;
  ++places_[backend_id];
  return {};
}

void Queue::unclaim(std::string const& backend_id, std::string const& tenant_id) {
  --places_[backend_id];
  auto const tenant = tenants_.find(tenant_id);
  if (--tenant->second.places == 0) tenants_.erase(tenant);
}

void Queue::restore(Entry entry) {
  ++tenants_[entry.tenant_id].places;
  ++places_[entry.backend_id];
  add(std::move(entry));
}

void Queue::add(Entry entry) {
  if (entry.session_id) of_session_[*entry.session_id].insert(entry.number);
  where_.emplace(entry.number, std::pair(entry.tenant_id, entry.backend_id));
  tenants_[entry.tenant_id].waiting[entry.backend_id].emplace(entry.number, std::move(entry));
}

bool Queue::drop(std::int64_t number) {
  auto const place = where_.find(number);
  if (place == where_.end()) return false;
  auto const& [tenant_id, backend_id] = place->second;
  remove(tenants_.at(tenant_id).waiting.at(backend_id).at(number));
  return true;
}

Queue::Entry Queue::remove(Entry const& entry) {
  Entry removed = entry;
  if (removed.session_id) {
    auto const numbers = of_session_.find(*removed.session_id);
    numbers->second.erase(removed.number);
    if (numbers->second.empty()) of_session_.erase(numbers);
  }
  auto& waiting = tenants_.at(removed.tenant_id).waiting;
  auto const of_backend = waiting.find(removed.backend_id);
  of_backend->second.erase(removed.number);
  if (of_backend->second.empty()) waiting.erase(of_backend);
  where_.erase(removed.number);
  unclaim(removed.backend_id, removed.tenant_id);
  return removed;
}

Queue::Entry const* Queue::next_of_turn() const {
  if (!turn_) return nullptr;
  auto const numbers = of_session_.find(turn_->session_id);
  if (numbers == of_session_.end() || *numbers->second.begin() > turn_->last) return nullptr;
  auto const& [tenant_id, backend_id] = where_.at(*numbers->second.begin());
  auto const reserved = reservations_.find(backend_id);
  if (reserved != reservations_.end() && reserved->second != turn_->session_id) return nullptr;
  return &tenants_.at(tenant_id).waiting.at(backend_id).at(*numbers->second.begin());
}

Queue::Entry const* Queue::next_of_tenant(Tenant const& tenant) const {
  Entry const* oldest = nullptr;
  for (auto const& [backend_id, entries] : tenant.waiting) {
    Entry const* candidate = &entries.begin()->second;
    if (auto const reserved = reservations_.find(backend_id); reserved != reservations_.end()) {
      auto const numbers = of_session_.find(reserved->second);
      if (numbers == of_session_.end()) continue;
      auto const own = entries.find(*numbers->second.begin());
      if (own == entries.end()) continue;
      candidate = &own->second;
    }
    if (!oldest || candidate->number < oldest->number) oldest = candidate;
  }
  return oldest;
}

Queue::Entry const* Queue::next() const {
  if (Entry const* entry = next_of_turn()) return entry;
  auto const start = tenants_.upper_bound(last_tenant_);
  for (auto tenant = start; tenant != tenants_.end(); ++tenant)
    if (Entry const* entry = next_of_tenant(tenant->second)) return entry;
  for (auto tenant = tenants_.begin(); tenant != start; ++tenant)
    if (Entry const* entry = next_of_tenant(tenant->second)) return entry;
  return nullptr;
}

void Queue::begin_turn(Entry const& entry) {
  last_tenant_ = entry.tenant_id;
  if (turn_ && entry.session_id == turn_->session_id && entry.number <= turn_->last) return;
  turn_.reset();
  if (entry.session_id)
    turn_ = Turn{.tenant_id = entry.tenant_id,
                 .session_id = *entry.session_id,
                 .last = *of_session_.at(*entry.session_id).rbegin()};
}

std::optional<Queue::Entry> Queue::take() {
  if (alone_) return std::nullopt;
  Entry const* const entry = next();
  if (!entry) return std::nullopt;
  if (running_ > 0 &&
      (entry->alone || entry->memory_bytes > limits_.memory_bytes - std::min(limits_.memory_bytes, memory_in_use_)))
    return std::nullopt;
  begin_turn(*entry);
  Entry taken = remove(*entry);
  ++running_;
  alone_ = taken.alone;
  memory_in_use_ += taken.memory_bytes;
  return taken;
}

void Queue::done(Entry const& entry) {
  --running_;
  if (entry.alone) alone_ = false;
  memory_in_use_ -= entry.memory_bytes;
}

void Queue::set_reservations(std::vector<Reservation> const& reservations) {
  reservations_.clear();
  for (Reservation const& reservation : reservations)
    reservations_.emplace(reservation.backend_id, reservation.session_id);
}

std::size_t Queue::waiting(std::string const& backend_id) const {
  auto const places = places_.find(backend_id);
  return places == places_.end() ? 0 : places->second;
}

}  // namespace qhub::hub
