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
    std::signal(SIGPIPE, SIG_IGN);
}

int interrupted() {
    return count;
}

}  // namespace mesh::cli
