#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace tenancy::inline v0::detail {

/// A map that holds what was used last and fits into so many bytes. `Value` is cheap to copy: a
/// shared pointer, for example.
///
/// Thread safety: thread-safe; keys are spread over parts with a lock each.
/// Units and shapes: each entry counts with what its owner says that it takes, and with what it
/// takes here. A budget of 0 keeps nothing.
/// Complexity: constant, amortised.
template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedCache {
 public:
  explicit BoundedCache(std::size_t max_bytes) noexcept : max_part_bytes_{max_bytes / part_count} {}
  BoundedCache(const BoundedCache&) = delete;
  BoundedCache& operator=(const BoundedCache&) = delete;
  ~BoundedCache() = default;

  std::optional<Value> find(const Key& key) {
    Part& part = part_of(key);
    const std::scoped_lock lock{part.mutex};
    const auto found = part.places.find(key);
    if (found == part.places.end()) {
      return std::nullopt;
    }
    part.move_to_front(found->second);
    return part.nodes[found->second].value;
  }

  /// In the place of what the key had before.
  void put(const Key& key, Value value, std::size_t value_bytes) {
    const std::size_t bytes = value_bytes + entry_bytes;
    Part& part = part_of(key);
    // What gives way is destroyed outside of the lock.
    std::vector<Value> gone;
    const std::scoped_lock lock{part.mutex};
    if (const auto found = part.places.find(key); found != part.places.end()) {
      gone.push_back(part.remove(found->second));
    }
    if (bytes > max_part_bytes_) {
      return;
    }
    while (part.bytes + bytes > max_part_bytes_) {
      gone.push_back(part.remove(part.oldest));
    }
    part.add(key, std::move(value), bytes);
  }

  void erase(const Key& key) {
    Part& part = part_of(key);
    std::optional<Value> gone;
    const std::scoped_lock lock{part.mutex};
    if (const auto found = part.places.find(key); found != part.places.end()) {
      gone = part.remove(found->second);
    }
  }

  /// What all entries count with.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Part& part : parts_) {
      const std::scoped_lock lock{part.mutex};
      sum += part.bytes;
    }
    return sum;
  }

 private:
  using Place = std::uint32_t;
  static constexpr Place nowhere = std::numeric_limits<Place>::max();
  static constexpr std::size_t part_count = 16;

  struct Node {
    Key key;
    Value value;
    std::size_t bytes;
    Place newer;
    Place older;
  };

  /// A node, and its share of a hash table between one that is nearly full and one that has just
  /// grown.
  static constexpr std::size_t entry_bytes = sizeof(Node) + 2 * (sizeof(Key) + sizeof(Place) + 2);

  struct Part {
    mutable std::mutex mutex;
    boost::unordered_flat_map<Key, Place, Hash> places;
    std::deque<Node> nodes;
    std::vector<Place> free;
    Place newest = nowhere;
    Place oldest = nowhere;
    std::size_t bytes = 0;

    void link_front(Place place) {
      Node& node = nodes[place];
      node.newer = nowhere;
      node.older = newest;
      (newest == nowhere ? oldest : nodes[newest].newer) = place;
      newest = place;
    }

    void unlink(Place place) {
      const Node& node = nodes[place];
      (node.newer == nowhere ? newest : nodes[node.newer].older) = node.older;
      (node.older == nowhere ? oldest : nodes[node.older].newer) = node.newer;
    }

    void move_to_front(Place place) {
      if (newest != place) {
        unlink(place);
        link_front(place);
      }
    }

    void add(const Key& key, Value value, std::size_t value_bytes) {
      // So that giving way, later, needs no memory.
      if (free.capacity() <= nodes.size()) {
        free.reserve(2 * nodes.size() + 1);
      }
      Place place = nowhere;
      if (free.empty()) {
        place = static_cast<Place>(nodes.size());
        nodes.push_back(Node{key, std::move(value), value_bytes, nowhere, nowhere});
      } else {
        place = free.back();
        free.pop_back();
        nodes[place] = Node{key, std::move(value), value_bytes, nowhere, nowhere};
      }
      places.emplace(key, place);
      link_front(place);
      bytes += value_bytes;
    }

    Value remove(Place place) {
      unlink(place);
      Node& node = nodes[place];
      places.erase(node.key);
      bytes -= node.bytes;
      free.push_back(place);
      return std::exchange(node.value, Value{});
    }
  };

  Part& part_of(const Key& key) noexcept {
    // The high bits, since the table of a part uses the low ones.
    constexpr unsigned part_bits = 4;
    const std::uint64_t mixed = Hash{}(key)*0x9E3779B97F4A7C15ULL;
    return parts_[mixed >> (64 - part_bits)];
  }

  const std::size_t max_part_bytes_;
  std::array<Part, part_count> parts_;
};

}  // namespace tenancy::inline v0::detail
