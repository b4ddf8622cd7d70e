#include "engine/parallel.h"

#include <algorithm>

namespace mesh::engine {

namespace {

constexpr double kAheadSeconds = 0.03;  // a worker is given more than it is doing as long as that is not more work than this,
constexpr size_t kMostAhead = 32;       // and not more steps
constexpr int kWatchMs = 500;
constexpr double kTestedView = 0.1, kLeastGain = 1.5;           // how long a view's tests take beside a table; of what is not known
constexpr double kStartSeconds = 0.02, kTellSeconds = 0.0005;   // what workers cost, and what each model costs that is told to one
const char *const kDeadlock = "its worker waited for what the run has locked";

// Nearest ancestors that are in the run, through models that are not.
void add_before(const Selection &selection, const std::map<std::string, size_t> &place, const std::string &id, std::set<std::string> &seen, std::set<size_t> &out) {
    if (!seen.insert(id).second) return;
    if (auto found = place.find(id); found != place.end()) {
        out.insert(found->second);
        return;
    }
    for (const std::string &parent : selection.graph.parents(id)) add_before(selection, place, parent, seen, out);
}

// Of a model that was not built yet, beside a table. Making a view takes less than telling a worker of it.
double likely_weight(const Selection &selection, const std::string &id) {
    if (selection.graph.find(id)->config.at("materialized") != "view") return 1;
    const std::vector<std::string> children = selection.graph.children(id);
    return std::any_of(children.begin(), children.end(), [&](const std::string &child) { return core::is_test(*selection.graph.find(child)) && selection.ids.count(child) > 0; }) ? kTestedView : 0;
}

core::Schedule schedule_of(const Selection &selection, const std::vector<std::optional<double>> &known) {
    double sum = 0;
    size_t count = 0;
    for (const auto &seconds : known)
        if (seconds) sum += *seconds, count++;
    double usual = count == 0 ? 1 : sum / static_cast<double>(count);
    std::vector<std::vector<size_t>> before = steps_before(selection);
    std::vector<core::Schedule::Step> steps;
    for (size_t i = 0; i < before.size(); i++) steps.push_back({before[i], known[i].value_or(usual)});
    return core::Schedule(steps);
}

}  // namespace

std::vector<std::vector<size_t>> steps_before(const Selection &selection) {
    std::map<std::string, size_t> place;
    for (const std::string &id : selection.models) place.emplace(id, place.size());
    std::vector<std::vector<size_t>> out;
    for (const std::string &id : selection.models) {
        std::set<std::string> seen = {id};
        std::set<size_t> before;
        for (const std::string &parent : selection.graph.parents(id)) add_before(selection, place, parent, seen, before);
        for (const std::string &child : selection.graph.children(id))
            if (core::is_test(*selection.graph.find(child)))
                for (const std::string &read : selection.graph.parents(child)) add_before(selection, place, read, seen, before);
        before.erase(before.lower_bound(out.size()), before.end());
        out.emplace_back(before.begin(), before.end());
    }
    return out;
}

bool is_worth_sharing(const Selection &selection, int workers) {
    std::vector<std::optional<double>> known = last_durations(selection.models);
    bool is_known = std::all_of(known.begin(), known.end(), [](const auto &seconds) { return seconds.has_value(); });
    for (size_t i = 0; i < known.size() && !is_known; i++) known[i] = likely_weight(selection, selection.models[i]);
    core::Schedule schedule = schedule_of(selection, known);
    double longest = 0, sum = 0;
    for (size_t i = 0; i < known.size(); i++) {
        longest = std::max(longest, schedule.way(i));
        sum += known[i].value_or(0);
    }
    if (!is_known) return sum > 0 && sum >= kLeastGain * longest;
    return std::max(longest, sum / workers) + kStartSeconds + kTellSeconds * static_cast<double>(known.size()) < sum;
}

std::vector<std::optional<double>> last_durations(const std::vector<std::string> &nodes) {
    pg::Result rows = registry("select (select extract(epoch from h.duration)::float8 from mesh.step_history h where h.node = n.node and h.kind in ('model', 'seed', 'snapshot') and h.status = 'success'"
                               " order by h.run_id desc limit 1) from pg_catalog.unnest($1::text[]) with ordinality n(node, i) order by i",
                               {pg::array_literal(nodes)});
    std::vector<std::optional<double>> out;
    for (const pg::Row &row : rows.rows) out.push_back(row[0] ? std::optional<double>(std::stod(*row[0])) : std::nullopt);
    return out;
}

Parallel::Parallel(pg::Crew &crew, int64_t run_id, const Selection &selection, Steps &steps)
    : crew_(crew), run_id_(run_id), known_(last_durations(selection.models)), schedule_(schedule_of(selection, known_)), steps_(steps), hands_(crew.size()) {}

void Parallel::run() {
    while (!schedule_.is_done()) {
        bool moved = begin_steps();
        moved = hand_out() || moved;
        moved = collect() || moved;
        if (moved || build_own()) continue;
        crew_.wait(kWatchMs);
        watch();
    }
}

// Enough to keep all busy, and no more: what is most waited for may become ready meanwhile.
bool Parallel::begin_steps() {
    bool moved = false;
    while (waiting_.size() < hands_.size() && begin_step()) moved = true;
    return moved;
}

bool Parallel::begin_step() {
    std::optional<size_t> step = schedule_.next();
    if (!step) return false;
    if (crew_.alive() == 0) {
        own_.push_back({*step, why_lost_});
        return true;
    }
    Task task;
    task.number = *step;
    switch (steps_.begin(*step, task)) {
        case Steps::Begun::finished: schedule_.finish(*step); break;
        case Steps::Begun::task: waiting_.push_back(std::move(task)); break;
        case Steps::Begun::itself: own_.push_back({*step, ""}); break;
    }
    return true;
}

bool Parallel::hand_out() {
    bool moved = false;
    for (size_t i = 0; i < hands_.size(); i++) {
        Hand &hand = hands_[i];
        if (hand.outbox.empty() || !crew_.send(static_cast<int>(i), hand.outbox)) continue;
        hand.outbox.clear();
        moved = true;
    }
    for (int worker = free_hand(); worker >= 0 && !waiting_.empty(); worker = free_hand()) {
        give(worker, std::move(waiting_.front()));
        waiting_.pop_front();
        moved = true;
    }
    if (crew_.alive() > 0) return share_out() || moved;
    for (; !waiting_.empty(); waiting_.pop_front()) {
        own_.push_back({waiting_.front().number, why_lost_});
        moved = true;
    }
    return moved;
}

// Nobody waits while another has more before it than what it is doing.
bool Parallel::share_out() {
    int worker = free_hand();
    if (worker < 0 || !hands_[worker].given.empty()) return false;
    auto most = std::max_element(hands_.begin(), hands_.end(), [](const Hand &a, const Hand &b) { return a.given.size() < b.given.size(); });
    size_t count = most->given.size() / 2;
    std::vector<Task> taken;
    while (taken.size() < count && crew_.take_back(most->given.back().number, most->given.back().offer)) {
        taken.push_back(std::move(most->given.back()));
        most->given.pop_back();
    }
    for (auto task = taken.rbegin(); task != taken.rend(); ++task) waiting_.push_front(std::move(*task));
    return !taken.empty();
}

// The one with the least to do, among those that can be given more.
int Parallel::free_hand() const {
    int best = -1;
    for (int i = 0; i < static_cast<int>(hands_.size()); i++) {
        const Hand &hand = hands_[i];
        bool has_room = hand.given.empty() || (hand.given.size() < kMostAhead && load(hand) < kAheadSeconds);
        if (hand.is_lost || !hand.outbox.empty() || !has_room) continue;
        if (best < 0 || load(hand) < load(hands_[best])) best = i;
    }
    return best;
}

double Parallel::load(const Hand &hand) const {
    double out = 0;
    for (const Task &task : hand.given) out += expected(task.number);
    return out;
}

double Parallel::expected(size_t step) const {
    if (known_[step]) return *known_[step];
    return done_ == 0 ? 1 : spent_ / static_cast<double>(done_);
}

// A staged relation of a worker that was lost may be there already: each has a name of its own.
void Parallel::give(int worker, Task task) {
    Hand &hand = hands_[worker];
    task.offer = ++offers_;
    task.is_long = expected(task.number) > kAheadSeconds;
    task.options.stage_name = "mesh_stage_" + std::to_string(run_id_) + "_p" + std::to_string(task.offer);
    crew_.offer(task.number, task.offer);
    std::string message = to_message(task);
    if (!crew_.send(worker, message)) hand.outbox = std::move(message);
    hand.given.push_back(std::move(task));
}

bool Parallel::collect() {
    bool moved = false;
    for (int i = 0; i < static_cast<int>(hands_.size()); i++) {
        if (hands_[i].is_lost) continue;
        while (std::optional<std::string> message = crew_.receive(i)) {
            returned(i, report_from(*message));
            moved = true;
        }
        if (crew_.is_alive(i)) continue;
        lost(i);
        moved = true;
    }
    return moved;
}

void Parallel::returned(int worker, Report report) {
    std::deque<Task> &given = hands_[worker].given;
    size_t step = report.number;
    std::erase_if(given, [step](const Task &task) { return task.number == step; });
    if (!report.sqlstate.empty() && deadlocked_.count(step)) {
        own_.push_back({step, kDeadlock});
        return;
    }
    done_++;
    spent_ += report.seconds;
    steps_.take(std::move(report));
    schedule_.finish(step);
}

// Only what it was doing has failed; what it had not begun, or not committed, is for another.
void Parallel::lost(int worker) {
    Hand &hand = hands_[worker];
    hand.is_lost = true;
    hand.outbox.clear();
    why_lost_ = "no worker is left" + (crew_.last_words(worker).empty() ? "" : ": " + crew_.last_words(worker));
    int64_t doing = crew_.doing(worker);
    std::deque<Task> given = std::move(hand.given);
    for (auto task = given.rbegin(); task != given.rend(); ++task) {
        if (static_cast<int64_t>(task->number) != doing) {
            waiting_.push_front(std::move(*task));
            continue;
        }
        Report report;
        report.number = task->number;
        report.sqlstate = "58000";
        report.message = "its worker ended before it was done";
        if (!crew_.last_words(worker).empty()) report.detail = "It said: " + crew_.last_words(worker) + ".";
        report.hint = "See the server's log.";
        steps_.take(std::move(report));
        schedule_.finish(task->number);
    }
}

bool Parallel::build_own() {
    if (own_.empty()) return false;
    Own own = own_.front();
    own_.pop_front();
    steps_.build_itself(own.step, own.why);
    schedule_.finish(own.step);
    return true;
}

// A worker that waits for a lock which the run holds, while the run waits for it, would wait for ever: no deadlock detector sees the
// run's half of that. The run does the step itself: what it has locked does not keep it out.
void Parallel::watch() {
    for (int i = 0; i < static_cast<int>(hands_.size()); i++) {
        int64_t doing = hands_[i].is_lost ? -1 : crew_.doing(i);
        if (doing < 0 || !crew_.waits_for_us(i)) continue;
        deadlocked_.insert(static_cast<size_t>(doing));
        crew_.cancel(i);
    }
}

}  // namespace mesh::engine
