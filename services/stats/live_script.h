/* live_script.h - the one script that writes a hash into Redis. Layer: services/stats.
 *
 *   KEYS[1]  the key
 *   ARGV     mode, channel, seconds until it expires ("0": never), epoch, version, the epoch and
 *            version that must still stand there ("": whatever does), then fields and values in
 *            turn, epoch and version among them
 *
 * Whole hash or nothing. mode newer: only a higher (epoch, version) is stored. mode same: an equal
 * one, too, where a field differs: that mends what somebody else wrote. mode force: whatever stands
 * there, or what was seen there. Numbers are compared as text, by length and then by bytes: a
 * double is exact to 2^53 only. What is no hash gives way. Each store is announced on the channel,
 * in the same script.
 *
 * Replies {1 stored, 0 there already, -1 something newer is there; the campaign that stood there
 * before; the type of what was no hash, and gave way, or ""}. The hash is written before leftover
 * fields are removed, so that a full Redis refuses before anything is lost. */
#pragma once

extern const char live_script[];
