#pragma once

// What CLI11 calls a command, so that only the files that add commands take in all of CLI11.
namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}
