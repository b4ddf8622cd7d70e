// libpq, as meshctl needs it: queries that Ctrl-C cancels, rows as they come, notices as they come.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>

#include "cli/error.h"

namespace mesh::cli {

struct Notice {
    std::string severity, sqlstate, message, detail, hint;
};

using Value = std::optional<std::string>;

// One row of a result; good until the next one.
class Row {
public:
    Row(const PGresult *result, int row) : result_(result), row_(row) {}
    Value operator[](int column) const {
        if (PQgetisnull(result_, row_, column)) return std::nullopt;
        return std::string(PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column)));
    }
    std::string text(int column) const { return (*this)[column].value_or(""); }
    int columns() const { return PQnfields(result_); }
    std::string name(int column) const { return PQfname(result_, column); }
    Oid type(int column) const { return PQftype(result_, column); }

private:
    const PGresult *result_;
    int row_;
};

class Connection {
public:
    // Raises Error 08001 with libpq's words. Tries again `retries` times, as dbt does.
    explicit Connection(const std::map<std::string, std::string> &parameters, long retries = 0);

    // Waits for the end. Raises Error with the server's SQLSTATE, message, detail and hint; 08006 when the connection is lost;
    // Interrupted when the user cancelled.
    void query(const std::string &sql, const std::vector<Value> &parameters, const std::function<void(const Row &)> &take_row,
               bool binary = false);
    void execute(const std::string &sql, const std::vector<Value> &parameters = {});
    Value value(const std::string &sql, const std::vector<Value> &parameters = {});  // the first column of the only row

    std::function<void(const Notice &)> on_notice;
    bool noticed = false;           // since it last waited for the server
    std::function<void()> on_told;  // when it was, and has no more to read for now
    std::function<void()> on_tick;  // some times a second while waiting
    std::function<void(const std::string &)> on_send;  // each statement as it is sent
    std::function<void(const Row &)> on_columns;  // once, of the next query: its columns, also of one without rows
    std::function<void()> meanwhile;  // once, when the next statement is sent: what can be done while the server is at work

    // Around every statement from now on: pg_stat_activity and the server's log show it.
    std::string comment_before, comment_after;

    std::string identifier(const std::string &name) const;  // quoted
    PGconn *raw() const { return connection_.get(); }

private:
    using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;
    void send(const std::string &sql, const std::vector<Value> &parameters, bool binary);
    void do_meanwhile();
    void do_beside(const std::function<void()> &work);
    Result next();
    void wait();
    void cancel();
    [[noreturn]] void raise_lost() const;

    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_{nullptr, &PQfinish};
    bool cancelled_ = false;
    double cancelled_at_ = 0;
};

}  // namespace mesh::cli
