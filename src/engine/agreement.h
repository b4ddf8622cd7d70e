// Agreements: a consumer's request for a product, the owner's decision, its grants, its end. The registry row and the
// database's grants change in one transaction.
#pragma once

#include "engine/grant.h"

namespace mesh::engine {

struct Terms {
    Value purpose, until;        // until: a timestamptz in the future; none: open-ended
    std::optional<int> version;  // none: the newest
    Value consumer_kind;         // 'domain' or 'role', when both exist
};

// Asks for a product; returns the request's number. A public product is granted at once, a protected one waits for its
// owner. Raises 42501 when the caller may not act for the consumer or the product is private, 42710 when the consumer
// holds it or asked already, 22023 when until is past.
int64_t request_access(const std::string &product, const std::string &consumer, const Terms &terms, Oid caller);

// The owner's decision on a waiting request. Raises 42501, 42704 (no such request), 55000 (decided already, its until
// is past, or the product became private).
void approve(int64_t request, Oid caller);
void reject(int64_t request, const Value &reason, Oid caller);

// Request and approval in one step, by the owner. What the consumer held before is replaced by these terms.
int64_t grant_product(const std::string &product, const std::string &consumer, const Terms &terms, Oid caller);

// Ends the consumer's agreements on a product (all versions unless one is given) and takes its grants back. Says in a
// NOTICE which of a consumer domain's models will fail. Raises 42704 when there is no agreement.
void revoke_product(const std::string &product, const std::string &consumer, std::optional<int> version,
                    const Value &kind, Oid caller);

// Ends what is past its valid_until and takes the grants back; returns how many. A grant that cannot be taken back is a
// WARNING and is tried again the next time. Cheap when nothing is due.
int64_t expire_agreements();

// A dropped domain consumes no more: a later domain of its name must not inherit its agreements.
void end_agreements_of(const Domain &consumer, Oid caller);

}  // namespace mesh::engine
