#include <memory>
#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "tenancy/core/clock.hpp"

#include "ctl/parsing.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_view.hpp"
#include "ctl/tenants.hpp"

namespace tenantctl {
namespace {

using tenancy::PageRequest;
using tenancy::Timestamp;

struct Request {
  std::optional<std::string> status;
  std::optional<std::string> plan;
  std::optional<std::string> template_version;
  std::optional<std::string> search;
  std::optional<std::string> created_after;
  std::optional<std::string> created_before;
  std::int64_t limit = PageRequest{}.limit;
  std::optional<std::int64_t> page;
  std::optional<std::string> cursor;
  std::string sort = "-created_at";
  bool all = false;
};

Outcome<std::optional<Timestamp>> parse_time(const std::optional<std::string>& text) {
  std::optional<Timestamp> time;
  if (text) {
    BOOST_OUTCOME_TRY(time, Timestamp::parse(*text));
  }
  return time;
}

Outcome<tenancy::TenantFilter> parse_filter(const Request& request) {
  tenancy::TenantFilter filter{
      .plan = request.plan, .template_version = request.template_version, .search = request.search};
  if (request.status) {
    BOOST_OUTCOME_TRY(filter.status, tenancy::parse_tenant_status(*request.status));
  }
  BOOST_OUTCOME_TRY(filter.created_from, parse_time(request.created_after));
  BOOST_OUTCOME_TRY(filter.created_before, parse_time(request.created_before));
  return filter;
}

/// Where the list stands, for whom it goes on for.
void tell_rest(Output& output, const tenancy::Page<TenantRecord>& page) {
  if (page.numbers) {
    const auto& [number, per_page, total, total_pages] = *page.numbers;
    output.notice("Page " + std::to_string(number) + " of " + std::to_string(total_pages) + "; " +
                      std::to_string(total) + " tenants.",
                  Json{{"page", number},
                       {"per_page", per_page},
                       {"total", total},
                       {"total_pages", total_pages}});
  } else if (page.next_cursor) {
    output.notice("More follow: --cursor " + *page.next_cursor,
                  Json{{"next_cursor", *page.next_cursor}});
  }
}

Outcome<void> list(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto filter, parse_filter(request));
  PageRequest wanted{.limit = request.all ? PageRequest::max_limit : request.limit,
                     .number = request.page,
                     .cursor = request.cursor};
  BOOST_OUTCOME_TRY(const auto sort, tenancy::parse_tenant_sort(request.sort));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  Listing listing{session.output(), {"ID", "SLUG", "NAME", "STATUS", "PLAN", "CREATED"}};
  while (true) {
    const auto page = tenants->list(wanted, filter, sort);
    if (!page) {
      return page.error();
    }
    for (const auto& tenant : page.value().items) {
      listing.add(to_json(tenant), {tenant.id.to_string(), tenant.slug.to_string(), tenant.name,
                                    std::string{tenancy::to_string(tenant.status)}, tenant.plan,
                                    short_time(tenant.created_at)});
    }
    listing.flush();
    if (!request.all || !page.value().next_cursor) {
      listing.finish();
      if (listing.empty() && !session.output().json()) {
        session.output().notice("No tenants.", {});
      }
      tell_rest(session.output(), page.value());
      return success();
    }
    wanted.cursor = page.value().next_cursor;
  }
}

}  // namespace

void add_tenant_list(CLI::App& group, Command& chosen) {
  auto* const command = group.add_subcommand("list", "List tenants, newest first unless sorted");
  const auto request = std::make_shared<Request>();
  command
      ->add_option("--status", request->status,
                   "provisioning, active, inactive, suspended or archived")
      ->type_name("STATUS");
  command->add_option("--plan", request->plan, "Those of this plan");
  command->add_option("--template-version", request->template_version,
                      "Those of this template version");
  command->add_option("--search", request->search, "Those with this in the slug or name");
  command->add_option("--created-after", request->created_after, "RFC 3339; then or later")
      ->type_name("TIME");
  command->add_option("--created-before", request->created_before, "RFC 3339; earlier than then")
      ->type_name("TIME");
  command
      ->add_option("--sort", request->sort,
                   "created_at, updated_at, slug or name; with - before it the greatest first")
      ->capture_default_str()
      ->type_name("FIELD");
  auto* const limit =
      command->add_option("--limit", request->limit, "How many, 1 to 500")->capture_default_str();
  auto* const page = command->add_option("--page", request->page, "A page by its number, from 1")
                         ->check(whole_number_rule, "N");
  auto* const cursor =
      command->add_option("--cursor", request->cursor, "Go on behind the page that gave it out")
          ->excludes(page);
  command->add_flag("--all", request->all, "All of them, page after page, as they are read")
      ->excludes(limit)
      ->excludes(page)
      ->excludes(cursor);
  command->callback([&chosen, request] {
    chosen.run = [request](Session& session) { return list(session, *request); };
  });
}

}  // namespace tenantctl
