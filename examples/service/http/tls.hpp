#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "service/http/tls_files.hpp"

namespace tenantd {

/// What TLS connections are made with: TLS 1.2 and 1.3, keys exchanged afresh for each session,
/// authenticated ciphers.
///
/// Throws a `std::runtime_error` that says why when the files cannot be used.
/// Source: RFC 8446, RFC 9325.
std::shared_ptr<boost::asio::ssl::context> load_tls(const TlsFiles& files);

}  // namespace tenantd
