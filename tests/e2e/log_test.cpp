#include "service/log.hpp"

#include <array>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "service/log_line.hpp"
#include "service/log_writer.hpp"

namespace {

using tenantd::access_line;
using tenantd::AccessRecord;
using tenantd::LogFormat;
using tenantd::LogWriter;
using tenantd::message_line;

AccessRecord record_of(std::string_view path) {
  return {.method = "GET",
          .path = path,
          .status = 200,
          .bytes = 15,
          .duration = std::chrono::microseconds{1042},
          .request_id = "req_1",
          .peer = "127.0.0.1"};
}

TEST_CASE("a line tells who asked for what, and how it went") {
  auto record = record_of("/healthz");
  CHECK(access_line(record, LogFormat::text) ==
        "GET /healthz 200 15B 1.042ms request=req_1 tenant=- peer=127.0.0.1");
  record.client_request_id = "job-7";
  const auto json = nlohmann::json::parse("{" + access_line(record, LogFormat::json) + "}");
  CHECK(json == nlohmann::json{{"event", "request"},
                               {"method", "GET"},
                               {"path", "/healthz"},
                               {"status", 200},
                               {"bytes", 15},
                               {"duration_us", 1042},
                               {"request_id", "req_1"},
                               {"peer", "127.0.0.1"},
                               {"client_request_id", "job-7"}});
}

TEST_CASE("nothing that a client sends begins a line, breaks JSON or shows a key") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  for (const std::string& text : {all, std::string{"a\nb\r\"\\\x1b[31m"}, std::string(5000, '"')}) {
    auto record = record_of(text);
    record.method = text;
    record.client_request_id = text;
    for (const auto format : {LogFormat::text, LogFormat::json}) {
      for (const auto& line : {access_line(record, format), message_line("req_1", text, format)}) {
        CHECK(line.find_first_of("\n\r\x1b") == std::string::npos);
        if (format == LogFormat::json) {
          CHECK(nlohmann::json::accept("{" + line + "}"));
        }
      }
    }
  }
  for (const char* const key :
       {"/x/tnk_abc", "tna_abc", "/x/%74nk%5Fabc", "/a%/tnk%5fabc", "/tnk%255fabc", "/TNK_abc"}) {
    auto record = record_of(key);
    record.client_request_id = key;
    CHECK(access_line(record, LogFormat::text).find("abc") == std::string::npos);
    CHECK(access_line(record, LogFormat::json).find("abc") == std::string::npos);
  }
}

TEST_CASE("a message keeps its letters and loses its control characters, C1 among them") {
  for (const auto format : {LogFormat::text, LogFormat::json}) {
    CHECK(message_line("\xC3\xA9 \xC2\xA0 \xC2\x80\xC2\x9B\xC2\x9F\x7F\t", format)
              .find("\xC3\xA9 \xC2\xA0 ?????") != std::string::npos);
  }
}

TEST_CASE("what a client calls its request is logged only where it is short and visible") {
  for (const std::string& id : {std::string{}, std::string{"a b"}, std::string{"a\"b"},
                                std::string{"a\nb"}, std::string(65, 'x')}) {
    auto record = record_of("/");
    record.client_request_id = id;
    CHECK(access_line(record, LogFormat::json).find("client_request_id") == std::string::npos);
  }
}

/// A pipe, whose reading end does not wait.
struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }

  [[nodiscard]] std::string read_all() const {
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    std::string all;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(ends[0], chunk.data(), chunk.size())) > 0;) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

  std::array<int, 2> ends{};
};

std::string lost_line(std::uint64_t lost) { return "lost " + std::to_string(lost) + "\n"; }

TEST_CASE("lines are written in order, at the latest when the writer ends") {
  const Pipe pipe;
  std::string expected;
  {
    LogWriter writer{{.descriptor = pipe.ends[1], .lost = lost_line}};
    for (int i = 0; i < 1000; ++i) {
      const std::string line = std::to_string(i) + "\n";
      writer.append(line);
      expected += line;
    }
  }
  CHECK(pipe.read_all() == expected);
}

TEST_CASE("a flush returns when everything before it is written") {
  const Pipe pipe;
  LogWriter writer{
      {.descriptor = pipe.ends[1], .gathering_time = std::chrono::hours{1}, .lost = lost_line}};
  writer.flush();
  writer.append("one\n");
  writer.flush();
  CHECK(pipe.read_all() == "one\n");
}

TEST_CASE("a log that nobody reads holds nobody up, and tells how much is missing") {
  const Pipe pipe;
  const int capacity = ::fcntl(pipe.ends[1], F_GETPIPE_SZ);
  {
    LogWriter writer{{.descriptor = pipe.ends[1],
                      .max_bytes = 1000,
                      .gathering_time = std::chrono::hours{1},
                      .lost = lost_line}};
    for (int i = 0; i < 15; ++i) {
      writer.append(std::string(99, 'x') + "\n");
    }
  }
  const std::string written = pipe.read_all();
  CHECK(written.size() == 1000 + lost_line(5).size());
  CHECK(written.ends_with("\nlost 5\n"));
  REQUIRE(capacity > 0);
  LogWriter stuck{{.descriptor = pipe.ends[1],
                   .max_bytes = static_cast<std::size_t>(capacity) * 4,
                   .end_time = std::chrono::milliseconds{10},
                   .lost = lost_line}};
  stuck.append(std::string(static_cast<std::size_t>(capacity) * 3, 'x'));
}

TEST_CASE("a full log still takes what is critical") {
  const Pipe pipe;
  {
    LogWriter writer{{.descriptor = pipe.ends[1],
                      .max_bytes = 10,
                      .gathering_time = std::chrono::hours{1},
                      .lost = lost_line}};
    writer.append("ordinary\n");
    writer.append("one more\n");
    writer.append("alarm of many words\n", LogWriter::Weight::critical);
  }
  CHECK(pipe.read_all() == "ordinary\nalarm of many words\nlost 1\n");
}

}  // namespace
