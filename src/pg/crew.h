// Background workers that help one command: started together, fed with messages, gone with it. They work in transactions of their own,
// on the command's snapshot, with its session's settings and roles.
//
// A worker cannot see what the command's transaction has changed, and the command sees of a worker what that has committed.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Why other sessions cannot take part in what this transaction does: they would not see what it has changed, or not be what it
// reads. Empty: they can. To be asked before the command itself changes anything.
std::string sharing_obstacle();

// The command's side.
class Crew {
public:
    struct Inner;

    // Starts up to `size` workers that run the exported function `function`; fewer, or none, where the server has no room for more.
    // `greeting` is what each of them is told first. They read as of the active snapshot. There are to be `jobs` pieces of work.
    Crew(int size, const char *function, const std::string &greeting, size_t jobs);

    // Ends them, whatever they are doing: what they have not committed is rolled back. They do not go before this transaction has
    // ended, so that they can see how. The same happens when this session ends in any other way.
    ~Crew();
    Crew(const Crew &) = delete;
    Crew &operator=(const Crew &) = delete;

    // How many were started, and how many are still there.
    int size() const;
    int alive() const;
    bool is_alive(int worker) const;

    // False when there is no room for it now: call again with the same message. A message to one that is gone goes nowhere.
    bool send(int worker, const std::string &message);

    // A job is offered with a number that is never used again, and belongs to the worker that claims it under this number (Member::claim). take_back
    // is false when one has.
    void offer(size_t job, uint32_t number);
    bool take_back(size_t job, uint32_t number);

    // A message of this worker, or nothing when there is none. What it was told as a NOTICE or WARNING is told to this session's client.
    std::optional<std::string> receive(int worker);

    // What a worker that is gone said last, or nothing.
    const std::string &last_words(int worker) const;

    // What the worker said that it is doing (Member::at); -1: nothing.
    int64_t doing(int worker) const;

    // Cancels what the worker is doing.
    void cancel(int worker);

    // Sleeps until something happened, and no longer than `ms`. Raises when this session is cancelled.
    void wait(int ms);

    // Does the worker wait for a lock that, perhaps through other sessions, this one stands in the way of? Then neither goes on.
    bool waits_for_us(int worker) const;

private:
    Inner *inner_;
};

// A worker's side.
class Member {
public:
    struct Inner;

    // Called first by the worker's function, with its argument. Returns nullptr when the command is over already.
    static Member *join(Datum argument);

    const std::string &greeting() const { return greeting_; }

    // The next message. Nothing when there is none and `wait` is false, or when the command is over.
    std::optional<std::string> receive(bool wait);
    void send(const std::string &message);

    // False when the command has taken the job back.
    bool claim(size_t job, uint32_t number);

    // Has the command ended, or given up?
    bool is_over() const;

    // What it is doing now, for the command to know should it be lost; -1: nothing. `text` is shown in pg_stat_activity.
    void at(int64_t what, const std::string &text = "");

    // A transaction on the command's snapshot, which is active until it ends. False when the command's transaction is gone already.
    bool begin();
    // One on what is committed.
    void begin_plain();
    void commit();
    void abort();

    // Returns when the command's transaction has ended. Forgets that anybody wanted to cancel this.
    void wait_for_command();

private:
    Inner *inner_ = nullptr;
    std::string greeting_;
};

}  // namespace mesh::pg
