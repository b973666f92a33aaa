#include "service/routes/documentation.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "service/openapi/documentation_files.hpp"

namespace tenantd {
namespace {

// The page needs its own parts and the description, and nothing else may become part of it.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/// Whether one of the tags that the client holds is that of the content. Source: RFC 9110 §13.1.2.
bool is_held(const Request& request, std::string_view tag) {
  for (std::string_view tags : request.header_values("if-none-match")) {
    while (!tags.empty()) {
      const auto end = std::min(tags.find(','), tags.size());
      std::string_view held = trimmed(tags.substr(0, end));
      tags.remove_prefix(std::min(end + 1, tags.size()));
      // Whoever compresses the content on its way makes the tag a weak one.
      held.remove_prefix(held.starts_with("W/") ? 2 : 0);
      if (held == tag || held == "*") {
        return true;
      }
    }
  }
  return false;
}

/// An endpoint that gives out a file, or 304 to whoever holds it.
Endpoint serving(const EmbeddedFile& file, std::string_view content_type,
                 const std::vector<Header>& more = {}) {
  const std::string tag = "\"" + std::string{file.sha256} + "\"";
  // It changes with the program, and asking whether it has costs little.
  const std::vector<Header> headers{{"ETag", tag}, {"Cache-Control", "no-cache"}};
  Response full{200, std::string{content_type}, std::string{file.content}, headers};
  full.headers.insert(full.headers.end(), more.begin(), more.end());
  return {Pace::quick,
          [tag, headers, full = std::move(full)](Call& call) -> Reply<Outcome> {
            return Outcome{is_held(call.request, tag) ? Response{304, {}, {}, headers} : full};
          },
          Door::open};
}

}  // namespace

void add_documentation_routes(Router& router) {
  router.add("GET", "/openapi.json", serving(openapi_document, "application/json"));
  router.add("GET", "/docs",
             serving(docs_page, "text/html; charset=utf-8",
                     {{"Content-Security-Policy", std::string{content_security_policy}},
                      {"Referrer-Policy", "no-referrer"}}));
  router.add("GET", "/docs/page.css", serving(docs_style, "text/css; charset=utf-8"));
  router.add("GET", "/docs/page.js", serving(docs_script, "text/javascript; charset=utf-8"));
}

}  // namespace tenantd
