# cmake -DOUTPUT=FILE -DVERSION=X.Y.Z -DFOLDER=DIR -P embed.cmake
#
# Writes the C++ file that holds the description of the API and the parts of its page, each with the
# SHA-256 of its content, as documentation_files.hpp declares them.

# embed(NAME FILE): appends the definition of NAME to `code`.
function(embed name file)
  file(READ "${FOLDER}/${file}" text)
  string(REPLACE "@TENANCY_VERSION@" "${VERSION}" text "${text}")
  string(SHA256 hash "${text}")
  string(HEX "${text}" bytes)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  set(code "${code}
constexpr char ${name}_bytes[] = {${bytes}};
const EmbeddedFile ${name}{{${name}_bytes, sizeof(${name}_bytes)}, \"${hash}\"};
" PARENT_SCOPE)
endfunction()

set(code "")
embed(openapi_document openapi.json)
embed(docs_page docs/page.html)
embed(docs_style docs/page.css)
embed(docs_script docs/page.js)
file(WRITE "${OUTPUT}" "// Made by embed.cmake.
#include \"service/openapi/documentation_files.hpp\"

namespace tenantd {
${code}
}  // namespace tenantd
")
