#include "cli/git.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/error.h"
#include "cli/text.h"

namespace mesh::cli {
namespace {

[[noreturn]] void become(const char *program, const std::vector<std::string> &arguments, const std::string &folder, int output) {
    std::vector<char *> argv = {const_cast<char *>(program)};
    for (const auto &argument : arguments) argv.push_back(const_cast<char *>(argument.c_str()));
    argv.push_back(nullptr);
    setenv("GIT_TERMINAL_PROMPT", "0", 1);
    setenv("LC_ALL", "C", 1);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (chdir(folder.c_str()) == 0) execvp(program, argv.data());
    _exit(127);
}

std::string read_all(int from) {
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR);)
        if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

[[noreturn]] void failed(const std::string &what, const GitResult &result) {
    throw Error("58000", what, trim(result.output));
}

GitResult run_program(const char *program, const std::vector<std::string> &arguments, const std::string &folder) {
    int ends[2];
    if (pipe(ends) != 0) throw Error("58000", "could not make a pipe");
    const pid_t child = fork();
    if (child == 0) become(program, arguments, folder, ends[1]);
    close(ends[1]);
    GitResult result;
    result.output = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        throw Error("58P01", std::string(program) + " is not installed", "Packages that are not local are fetched with it.", "Install it, or use local packages.");
    result.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return result;
}

}  // namespace

GitResult run_git(const std::vector<std::string> &arguments, const std::string &folder) {
    return run_program("git", arguments, folder);
}

void fetch_tarball(const std::string &address, const std::string &folder) {
    const std::string archive = folder + ".tar.gz";
    if (const auto result = run_program("curl", {"--fail", "--silent", "--show-error", "--location", "--output", archive, "--", address}, "."); !result.ok)
        failed("could not fetch \"" + address + "\"", result);
    if (const auto result = run_program("tar", {"--extract", "--file", archive, "--directory", folder}, "."); !result.ok)
        failed("\"" + address + "\" is no tarball", result);
    (void)unlink(archive.c_str());
}

bool list_tags(const std::string &repository, std::vector<std::string> &tags) {
    const GitResult result = run_git({"ls-remote", "--tags", "--refs", "--", repository});
    if (!result.ok) return false;
    for (const auto &line : split(result.output, '\n'))
        if (const auto at = line.find("refs/tags/"); at != std::string::npos) tags.push_back(trim(line.substr(at + 10)));
    return true;
}

std::string check_out(const std::string &repository, const std::string &revision, const std::string &folder) {
    const bool commit = revision.size() == 40 && revision.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (starts_with(revision, "-")) refuse("\"" + revision + "\" is no revision");
    std::vector<std::string> clone = {"clone", "--quiet"};
    if (!commit) clone.insert(clone.end(), {"--depth", "1"});
    if (!commit && !revision.empty()) clone.insert(clone.end(), {"--branch", revision});
    clone.insert(clone.end(), {"--", repository, folder});
    if (const auto result = run_git(clone); !result.ok) failed("could not clone \"" + repository + "\"" + (revision.empty() ? "" : " at " + revision), result);
    if (commit)
        if (const auto result = run_git({"checkout", "--quiet", "--detach", revision}, folder); !result.ok)
            failed("revision " + revision + " is not in \"" + repository + "\"", result);
    return trim(run_git({"rev-parse", "HEAD"}, folder).output);
}

}  // namespace mesh::cli
