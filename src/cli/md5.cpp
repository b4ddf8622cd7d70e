#include "cli/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace mesh::cli {
namespace {

using State = std::array<std::uint32_t, 4>;

// RFC 1321: the integer part of 2^32 * abs(sin(i + 1)).
std::array<std::uint32_t, 64> sines() {
    std::array<std::uint32_t, 64> table;
    for (int i = 0; i < 64; ++i) table[i] = static_cast<std::uint32_t>(std::floor(std::fabs(std::sin(i + 1.0)) * 4294967296.0));
    return table;
}

constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

struct Mix {
    std::uint32_t value;
    int word;
};

Mix mix(int i, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    switch (i / 16) {
        case 0: return {(b & c) | (~b & d), i};
        case 1: return {(d & b) | (~d & c), (5 * i + 1) % 16};
        case 2: return {b ^ c ^ d, (3 * i + 5) % 16};
        default: return {c ^ (b | ~d), (7 * i) % 16};
    }
}

void add_block(State &state, const unsigned char *block) {
    static const auto table = sines();
    std::uint32_t words[16];
    std::memcpy(words, block, sizeof words);  // little endian, as every machine that PostgreSQL's packages are built for
    auto [a, b, c, d] = state;
    for (int i = 0; i < 64; ++i) {
        const Mix m = mix(i, b, c, d);
        const std::uint32_t turned = std::rotl(a + m.value + table[i] + words[m.word], shifts[i / 16][i % 4]);
        a = d;
        d = c;
        c = b;
        b += turned;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

// The rest of the text, a 1 bit, zeros, and the length in bits.
void add_tail(State &state, std::string_view rest, std::uint64_t length) {
    unsigned char tail[128] = {};
    std::memcpy(tail, rest.data(), rest.size());
    tail[rest.size()] = 0x80;
    const std::size_t size = rest.size() < 56 ? 64 : 128;
    const std::uint64_t bits = length * 8;
    std::memcpy(tail + size - 8, &bits, 8);
    for (std::size_t at = 0; at < size; at += 64) add_block(state, tail + at);
}

}  // namespace

std::string md5(std::string_view text) {
    static_assert(std::endian::native == std::endian::little);
    State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    std::size_t at = 0;
    for (; at + 64 <= text.size(); at += 64) add_block(state, reinterpret_cast<const unsigned char *>(text.data()) + at);
    add_tail(state, text.substr(at), text.size());
    std::string digits;
    for (std::uint32_t word : state)
        for (int byte = 0; byte < 4; ++byte, word >>= 8) {
            digits += "0123456789abcdef"[word >> 4 & 15];
            digits += "0123456789abcdef"[word & 15];
        }
    return digits;
}

}  // namespace mesh::cli
