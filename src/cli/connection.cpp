#include "cli/connection.h"

#include <poll.h>

#include <chrono>
#include <thread>
#include <utility>

#include "cli/clock.h"
#include "cli/interrupt.h"
#include "cli/text.h"

namespace mesh::cli {
namespace {

std::string field(const PGresult *result, int code) {
    const char *text = PQresultErrorField(result, code);
    return text ? text : "";
}

void receive_notice(void *connection, const PGresult *result) {
    auto *self = static_cast<Connection *>(connection);
    self->noticed = true;
    if (!self->on_notice) return;
    self->on_notice({field(result, PG_DIAG_SEVERITY_NONLOCALIZED), field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY),
                     field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_MESSAGE_HINT)});
}

// Also the text of a connection string or URI, as the value of dbname.
PGconn *connect(const std::map<std::string, std::string> &parameters) {
    std::vector<const char *> keywords, values;
    for (const auto &[keyword, value] : parameters) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectdbParams(keywords.data(), values.data(), 1);
}

}  // namespace

Connection::Connection(const std::map<std::string, std::string> &parameters, long retries) {
    for (long attempt = 0;; ++attempt) {
        connection_.reset(connect(parameters));
        if (PQstatus(connection_.get()) == CONNECTION_OK) break;
        if (attempt >= retries || interrupted())
            throw Error("08001", "could not connect to the database", trim(PQerrorMessage(connection_.get())),
                        "meshctl debug shows which profile and connection are taken.");
        std::this_thread::sleep_for(std::chrono::seconds(attempt * attempt));
    }
    PQsetNoticeReceiver(connection_.get(), receive_notice, this);
    PQsetClientEncoding(connection_.get(), "UTF8");
}

void Connection::query(const std::string &sql, const std::vector<Value> &parameters, const std::function<void(const Row &)> &take_row, bool binary) {
    send(sql, parameters, binary);
    do_meanwhile();
    std::optional<Error> error;
    while (Result result = next()) {
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            if (PQstatus(connection_.get()) == CONNECTION_BAD) raise_lost();
            error.emplace(field(result.get(), PG_DIAG_SQLSTATE), field(result.get(), PG_DIAG_MESSAGE_PRIMARY),
                          field(result.get(), PG_DIAG_MESSAGE_DETAIL), field(result.get(), PG_DIAG_MESSAGE_HINT));
        }
        if (!error && on_columns && PQnfields(result.get()) > 0) std::exchange(on_columns, nullptr)(Row(result.get(), 0));
        for (int row = 0; !error && row < PQntuples(result.get()); ++row) take_row(Row(result.get(), row));
    }
    if (cancelled_ && error && error->sqlstate == "57014") throw Interrupted();
    if (error) throw *error;
}

void Connection::do_meanwhile() {
    do_beside(std::exchange(meanwhile, nullptr));
}

// The statement does not go on without its caller, and the connection is free for another one.
void Connection::do_beside(const std::function<void()> &work) {
    if (!work) return;
    try {
        work();
    } catch (...) {
        cancel();
        on_told = nullptr;
        while (interrupted() < 2 && next()) {}
        throw;
    }
}

void Connection::execute(const std::string &sql, const std::vector<Value> &parameters) {
    query(sql, parameters, [](const Row &) {});
}

Value Connection::value(const std::string &sql, const std::vector<Value> &parameters) {
    Value found;
    query(sql, parameters, [&](const Row &row) { found = row[0]; });
    return found;
}

std::string Connection::identifier(const std::string &name) const {
    std::unique_ptr<char, decltype(&PQfreemem)> quoted(PQescapeIdentifier(connection_.get(), name.c_str(), name.size()), &PQfreemem);
    return quoted.get();
}

void Connection::send(const std::string &sql, const std::vector<Value> &parameters, bool binary) {
    std::vector<const char *> values;
    for (const auto &parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    const int count = static_cast<int>(values.size());
    const std::string text = comment_before + sql + comment_after;
    if (on_send) on_send(text);
    if (!PQsendQueryParams(connection_.get(), text.c_str(), count, nullptr, values.data(), nullptr, nullptr, binary)) raise_lost();
    PQsetSingleRowMode(connection_.get());
    cancelled_ = false;
}

Connection::Result Connection::next() {
    while (PQisBusy(connection_.get())) wait();
    return {PQgetResult(connection_.get()), &PQclear};
}

void Connection::wait() {
    if (interrupted() && (!cancelled_ || now() > cancelled_at_ + 1)) cancel();  // one that comes too early is lost
    if (interrupted() > 1) throw Interrupted("The server was told to cancel what it was doing, and its answer was not waited for.");
    if (std::exchange(noticed, false)) {
        do_beside(on_told);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // each notice would have the server wake us
    }
    pollfd socket = {PQsocket(connection_.get()), POLLIN, 0};
    const int ready = poll(&socket, 1, 200);
    if (ready == 0 && on_tick) on_tick();
    if (ready > 0 && !PQconsumeInput(connection_.get())) raise_lost();
}

void Connection::cancel() {
    cancelled_ = true;
    cancelled_at_ = now();
    std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(connection_.get()), &PQfreeCancel);
    char error[256];
    if (request) PQcancel(request.get(), error, sizeof error);
}

void Connection::raise_lost() const {
    throw Error("08006", "lost the connection to the server", trim(PQerrorMessage(connection_.get())));
}

}  // namespace mesh::cli
