// The checksum by which the server's copy of a file is compared with ours.
#pragma once

#include <string>
#include <string_view>

namespace mesh::cli {

// As 32 hexadecimal digits, what PostgreSQL's md5() gives.
std::string md5(std::string_view text);

}  // namespace mesh::cli
