#pragma once

#include <string>
#include <string_view>

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"

namespace tenantctl {

/// What a person must type before something is done that cannot be undone.
struct Question {
  std::string what;    ///< What is about to happen, as a sentence.
  std::string answer;  ///< The only text that lets it happen.
};

/// Asks at the terminal. Errors: `not_confirmed`, when the answer is another, or there is no
/// terminal to ask at; `cancelled`.
Outcome<void> confirm(const Question& question, const Interruption& interruption);

}  // namespace tenantctl
