/* law_pack_files.h - the law packs of schemas/laws, as gen/embed_laws.py puts them into the binary
 * at build time. Layer: domain; for law_pack.c alone. */
#pragma once

typedef struct LawPackFile {
    const char *name; /* NULL ends the table */
    const char *text;
} LawPackFile;

extern const LawPackFile law_pack_files[];
