// Counted references, and the pool that frees what templates tied into cycles.
#pragma once

#include <cstdint>
#include <utility>

namespace mesh::core::jinja {

// The count is not atomic: values belong to one thread. Freeing never recurses, however deep the nesting.
class Ref {
public:
    Ref() = default;
    Ref(const Ref &) = delete;
    Ref &operator=(const Ref &) = delete;
    virtual ~Ref() = default;

    void retain() { ++count_; }
    void release() {
        if (--count_ == 0) discard(this);
    }
    bool shared() const { return count_ > 1; }

private:
    static void discard(Ref *dead);

    std::uint32_t count_ = 0;
    Ref *next_dead_ = nullptr;
};

template <class T>
class Ptr {
public:
    Ptr() = default;
    Ptr(T *target) : target_(target) {
        if (target_) target_->retain();
    }
    Ptr(const Ptr &other) : Ptr(other.target_) {}
    Ptr(Ptr &&other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
    template <class U>
    Ptr(const Ptr<U> &other) : Ptr(other.get()) {}
    ~Ptr() {
        if (target_) target_->release();
    }
    Ptr &operator=(Ptr other) noexcept {
        std::swap(target_, other.target_);
        return *this;
    }

    T *get() const { return target_; }
    T *operator->() const { return target_; }
    T &operator*() const { return *target_; }
    explicit operator bool() const { return target_ != nullptr; }

private:
    T *target_ = nullptr;
};

template <class T, class... A>
Ptr<T> make(A &&...arguments) {
    return Ptr<T>(new T(std::forward<A>(arguments)...));
}

// Something that can hold values, itself among them: containers, objects, running macros. Each is on the list of
// the pool that was alive when it was made.
class Tracked : public Ref {
public:
    Tracked();
    ~Tracked() override;
    virtual void drop_contents() = 0;

private:
    friend class Pool;
    void unlink();
    Tracked *previous_ = nullptr, *next_ = nullptr;
};

// While a Pool is alive, what is made on this thread is on its list; when it goes, what is still alive is emptied, so
// that cycles ("do x.append(x)", a macro kept in its own scope) are freed. A value that outlives its pool is
// safe to touch and empty. Pools nest.
class Pool {
public:
    Pool();
    ~Pool();
    Pool(const Pool &) = delete;
    Pool &operator=(const Pool &) = delete;

private:
    friend class Tracked;
    class Anchor;
    Tracked *anchor_;
    Pool *outer_;
};

// While it is alive, what is made on this thread is on no pool's list: for what a host keeps from one rendering to the
// next (the modules of its macros). Such things must not be in cycles of templates' making.
class Unpooled {
public:
    Unpooled();
    ~Unpooled();
    Unpooled(const Unpooled &) = delete;
    Unpooled &operator=(const Unpooled &) = delete;

private:
    Pool *outer_;
};

}  // namespace mesh::core::jinja
