#include "core/jinja/ref.h"

namespace mesh::core::jinja {

namespace {

thread_local constinit Ref *pending = nullptr;
thread_local constinit bool draining = false;
thread_local constinit Pool *current_pool = nullptr;

}  // namespace

void Ref::discard(Ref *dead) {
    dead->next_dead_ = pending;
    pending = dead;
    if (draining) return;
    draining = true;
    while (pending != nullptr) {
        Ref *next = std::exchange(pending, pending->next_dead_);
        delete next;
    }
    draining = false;
}

// The head of a pool's circular list. It is made outside any pool.
class Pool::Anchor : public Tracked {
public:
    void drop_contents() override {}
};

Tracked::Tracked() {
    if (current_pool == nullptr) return;
    Tracked *anchor = current_pool->anchor_;
    previous_ = anchor;
    next_ = anchor->next_;
    next_->previous_ = this;
    anchor->next_ = this;
}

Tracked::~Tracked() {
    unlink();
}

void Tracked::unlink() {
    if (previous_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
}

Pool::Pool() : outer_(std::exchange(current_pool, nullptr)) {
    anchor_ = new Anchor;
    anchor_->previous_ = anchor_->next_ = anchor_;
    current_pool = this;
}

Pool::~Pool() {
    current_pool = outer_;
    while (anchor_->next_ != anchor_) {
        Ptr<Tracked> left(anchor_->next_);
        left->unlink();
        left->drop_contents();
    }
    delete anchor_;
}

Unpooled::Unpooled() : outer_(std::exchange(current_pool, nullptr)) {}

Unpooled::~Unpooled() {
    current_pool = outer_;
}

}  // namespace mesh::core::jinja
