/* explain_evidence.h - what an answer on one lead stands on. Layer: services/cli. */
#pragma once

#include "cli/explain_facts.h"
#include "domain/calling.h"

typedef struct Evidence {
    CallingEvidence *pieces; /* rule, value, source */
    int count;
    int cap;
} Evidence;

/* The pieces that decide come first. */
void evidence_collect(const ExplainFacts *facts, Why why, Evidence *ret);
void evidence_done(Evidence *evidence);
#define AUTO_EVIDENCE __attribute__((cleanup(evidence_done))) Evidence

/* [{"rule","value","source"}] */
void evidence_write(const Evidence *evidence, StrBuf *buf);
