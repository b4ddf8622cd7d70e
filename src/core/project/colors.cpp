#include "core/project/colors.h"

#include <string_view>

#include "core/text.h"

namespace mesh::core::project {

namespace {

// Each between two blanks.
constexpr std::string_view kNames =
    " "
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood "
    "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod "
    "darkgray darkgreen darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen "
    "darkslateblue darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray dodgerblue firebrick "
    "floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow honeydew hotpink "
    "indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan "
    "lightgoldenrodyellow lightgray lightgreen lightpink lightsalmon lightseagreen lightskyblue lightslategray "
    "lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid "
    "mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue "
    "mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod "
    "palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red "
    "rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray "
    "snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen ";

bool is_hex(const std::string &digits) {
    return (digits.size() == 3 || digits.size() == 6) && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

bool is_color(const std::string &text) {
    const std::string color = lowered(text);
    if (color.starts_with("#")) return is_hex(color.substr(1));
    return !color.empty() && color.find(' ') == std::string::npos && kNames.find(" " + color + " ") != std::string_view::npos;
}

}  // namespace mesh::core::project
