#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/data/mapping.hpp"

namespace tenancy_test {

struct Note {
  std::string id = {};
  std::string title = {};
  std::int64_t stars = 0;
  std::optional<std::string> link = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};

  friend bool operator==(const Note&, const Note&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Note>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &Note::id), m::column("title", &Note::title),
                   m::column("stars", &Note::stars), m::column("link", &Note::link),
                   m::created_at("created_at", &Note::created_at),
                   m::updated_at("updated_at", &Note::updated_at));
}

/// Mapped inside, with private members, a number for a key and an inherited member.
class Countable {
 public:
  [[nodiscard]] std::int64_t number() const { return number_; }

 protected:
  Countable() = default;
  explicit Countable(std::int64_t number) : number_{number} {}
  std::int64_t number_ = 0;
};

class Task : public Countable {
 public:
  Task() = default;
  Task(std::int64_t number, std::optional<std::string> note, bool done, double weight)
      : Countable{number}, note_{std::move(note)}, done_{done}, weight_{weight} {}

  [[nodiscard]] const std::optional<std::string>& note() const { return note_; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] double weight() const { return weight_; }

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("tasks", m::key("number", &Task::number_), m::column("note", &Task::note_),
                     m::column("done", &Task::done_), m::column("weight", &Task::weight_));
  }

 private:
  std::optional<std::string> note_;
  bool done_ = false;
  double weight_ = 0;
};

}  // namespace tenancy_test
