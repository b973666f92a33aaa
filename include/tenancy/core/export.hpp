#pragma once

/// Marks what the shared library exports, where all else is hidden: a class or function that a
/// public header declares and src/ defines. Templates, and what headers define, do not need it.
#define TENANCY_API [[gnu::visibility("default")]]
