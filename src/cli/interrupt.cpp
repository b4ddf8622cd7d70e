#include "cli/interrupt.h"

#include <csignal>

namespace mesh::cli {
namespace {

volatile std::sig_atomic_t count = 0;

void note(int) {
    count = count + 1;
}

}  // namespace

void catch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = note;  // without SA_RESTART: poll() returns at once
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction before = {};
    sigaction(SIGHUP, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // nohup: it shall outlive the terminal
    std::signal(SIGPIPE, SIG_IGN);
}

void forgive_interrupts() {
    count = 0;
}

int interrupted() {
    return count;
}

}  // namespace mesh::cli
