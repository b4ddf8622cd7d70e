// Any bytes as selector and exclude: either a clean Error 42601, or ids that are in the graph. Names are drawn too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/graph/graph_export.h"
#include "core/graph/selector.h"

using namespace mesh::core;

namespace {

Node node(const std::string &domain, const std::string &name, const std::string &parent) {
    Node result;
    result.id = domain + "." + name;
    result.domain = domain;
    result.name = name;
    result.tags = {"nightly"};
    result.parents = {parent};
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string input(reinterpret_cast<const char *>(data), size);
    const auto middle = input.find('\n');
    const std::string selector = input.substr(0, middle);
    const std::string exclude = middle == std::string::npos ? "" : input.substr(middle + 1);

    Graph graph;
    graph.add(node("d", "a", "d.b"));
    graph.add(node("d", "b", "e." + selector));
    graph.add(node("e", selector, "d.a"));
    try {
        for (const auto &id : select(graph, selector, exclude, nullptr, Tests::eager))
            if (!graph.find(id)) std::abort();
    } catch (const Error &error) {
        if (error.sqlstate != "42601") std::abort();
    }
    if (to_mermaid(graph).empty() || to_dot(graph).empty()) std::abort();
    return 0;
}
