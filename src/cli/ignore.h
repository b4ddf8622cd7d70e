// .dbtignore: files that are no part of the project, in .gitignore's way of writing.
#pragma once

#include <string>
#include <vector>

namespace mesh::cli {

class Ignored {
public:
    explicit Ignored(const std::string &root);                        // reads its .dbtignore, if there is one
    explicit Ignored(const std::vector<std::string> &lines);

    bool operator()(const std::string &path) const;                   // of a file or folder, below the root

private:
    struct Pattern {
        std::string glob;
        bool anchored, included;
    };
    std::vector<Pattern> patterns_;
    void add(std::string line);
};

}  // namespace mesh::cli
