// How whoever waits for a project to be read or rendered breaks it off.
#pragma once

namespace mesh::core::project {

// Called every few thousand steps of a template, and for each file that is read; what it throws breaks off. nullptr: nothing does.
void set_interrupt(void (*check)());

void check_interrupt();

}  // namespace mesh::core::project
