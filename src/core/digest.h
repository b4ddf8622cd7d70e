// Hashes of text, as lower-case hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace mesh::core {

std::string md5(std::string_view text);
std::string sha256(std::string_view text);

}  // namespace mesh::core
