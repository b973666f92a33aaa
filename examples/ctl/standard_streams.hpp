#pragma once

namespace tenantctl {

/// Opens something that fails every use in the place of each standard stream that the process was
/// started without, so that no file that it opens becomes its output.
void fill_standard_streams();

bool is_terminal(int descriptor) noexcept;

/// Whether text for that stream may have colours: it is a terminal that can, and nobody set
/// `NO_COLOR` (https://no-color.org).
bool wants_colours(int descriptor);

}  // namespace tenantctl
