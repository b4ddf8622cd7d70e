// libFuzzer target for the template engine: any bytes may be a template; they render, or raise TemplateError, within
// the limits. The first byte chooses native rendering, lenient undefined and dbt's macro names.
#include <cstdint>
#include <string_view>

#include "core/jinja/blocks.h"
#include "core/jinja/json.h"
#include "core/jinja/template.h"
#include "core/jinja/text.h"

namespace {

using namespace mesh::core::jinja;

constexpr std::string_view variables =
    R"({"n": 3, "f": 2.5, "s": "Hello", "u": "é😀", "l": [3, 1, 2], "d": {"a": 1, "b": {"c": [1, 2]}},
        "rows": [{"name": "x", "v": 2}, {"name": "y", "v": 1}], "none_value": null, "yes": true})";

Ptr<Environment> make_environment(unsigned flags) {
    auto environment = make<Environment>();
    environment->limits = {.stack_bytes = 512 * 1024,
                           .output_bytes = 1 << 20,
                           .string_bytes = 1 << 18,
                           .list_items = 1 << 15,
                           .call_depth = 60};
    environment->lenient_undefined = flags & 2;
    environment->interrupt = [calls = 0]() mutable {
        if (++calls > 60) raise(ErrorClass::limit, "the template ran too long");
    };
    return environment;
}

Value echo(Arguments &arguments) {
    return Value::tuple(arguments.positional);
}

void render(std::string_view source, unsigned flags) {
    const auto environment = make_environment(flags);
    const Value values = *from_json(variables);
    auto context = make<Variables>(Ptr<Dict>(&values.dict()));
    context->set("return", Value(make<ReturnFunction>()));
    context->set("echo", make_function("echo", echo));
    auto parsed = Template::parse(source, "fuzz", {.dbt_names = (flags & 4) != 0, .limits = environment->limits});
    if (flags & 1)
        repr(parsed->render_native(context, environment));
    else
        parsed->render(context, environment);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view source(reinterpret_cast<const char *>(data) + 1, size - 1);
    const Pool pool;
    try {
        render(source, data[0]);
    } catch (const TemplateError &) {
    } catch (const MacroReturn &) {
    }
    try {
        find_blocks(source, {"macro", "test", "snapshot", "docs"});
    } catch (const TemplateError &) {
    }
    return 0;
}
