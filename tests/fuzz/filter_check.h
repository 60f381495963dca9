/* filter_check.h - what has to hold of every filter that was accepted, and of every refusal. */
#pragma once

#include "domain/filter.h"

/* Its text and its JSON give the same tree; its SQL has every value in a place of its own, and
 * nothing of one in the text. Ends the process where that is not so. */
void filter_check(const Filter *filter);

void filter_check_refusal(Status status, const Error *err);
