// Python's Decimal, as numeric columns give it: exact text, and arithmetic in as many digits as Python's default context.
#pragma once

#include <optional>
#include <string>

#include "core/jinja/object.h"

namespace mesh::core::project {

// digits * 10^exponent. Values of more than 28 digits are rounded by arithmetic, never when they are made.
class Decimal : public jinja::Object {
public:
    Decimal(bool negative, std::string digits, long exponent);
    // nullopt when the text is no number.
    static std::optional<jinja::Value> parse(std::string_view text);

    bool negative() const { return negative_; }
    const std::string &digits() const { return digits_; }  // without leading zeros, "0" for zero
    long exponent() const { return exponent_; }
    bool zero() const { return digits_ == "0"; }
    bool integral() const;
    double number() const;

    std::string type_name() const override { return "Decimal"; }
    std::string str() const override;
    std::string repr() const override { return "Decimal('" + str() + "')"; }
    std::string format(std::string_view spec) const override;
    std::optional<jinja::Value> attribute(std::string_view name) override;
    bool truth() const override { return !zero(); }
    bool numeric() const override { return true; }
    bool equals(const jinja::Object &other) const override;
    std::optional<int> compare(const jinja::Object &other) const override;
    std::size_t hash() const override;
    // Also "round" to so many places (none: to an int), "ceil" and "floor", as the filter round asks, "float" and "int" as these filters ask, and "<=>" with any number.
    std::optional<jinja::Value> operate(std::string_view op, const jinja::Value &other, bool reflected) override;

private:
    bool negative_;
    std::string digits_;
    long exponent_;
};

// A value that is a Decimal or an int; nullptr for others.
jinja::Ptr<Decimal> as_decimal(const jinja::Value &value);

}  // namespace mesh::core::project
