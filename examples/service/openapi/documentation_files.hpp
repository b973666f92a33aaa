#pragma once

#include <string_view>

namespace tenantd {

/// A file that the build puts into the program.
struct EmbeddedFile {
  std::string_view content;
  std::string_view sha256;  ///< Of the content, in hexadecimal digits.
};

extern const EmbeddedFile openapi_document;  ///< The description of the API, in OpenAPI 3.1.
extern const EmbeddedFile docs_page;         ///< The page that shows it, and what that consists of.
extern const EmbeddedFile docs_style;
extern const EmbeddedFile docs_script;

}  // namespace tenantd
