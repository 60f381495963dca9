#include "domain/zone_names.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "domain/zone_shim.h"

typedef struct ZoneName {
    const char *name;
    const char *target; /* of a link, as tzdata.zi has it; NULL for a zone */
    const char *canonical;
    _Atomic(char) loads; /* 0 not asked yet, 'y', 'n' */
} ZoneName;

/* Filled once, never changed but for `loads`, never freed. */
static struct {
    pthread_once_t once;
    ZoneName *names; /* sorted without regard to case */
    size_t count;
    size_t cap;
    char version[32];
} zones = {.once = PTHREAD_ONCE_INIT, .version = "unknown"};

static int compare_names(const void *a, const void *b)
{
    return strcasecmp(((const ZoneName *)a)->name, ((const ZoneName *)b)->name);
}

static ZoneName *find_exact(const char *name)
{
    ZoneName wanted = {.name = name};
    return bsearch(&wanted, zones.names, zones.count, sizeof *zones.names, compare_names);
}

static void add_name(const char *name, const char *target)
{
    if (zones.count == zones.cap) {
        zones.cap = zones.cap > 0 ? zones.cap * 2 : 1024;
        zones.names = mem_realloc(zones.names, zones.cap * sizeof *zones.names);
    }
    zones.names[zones.count++] = (ZoneName){.name = mem_strdup(name), .target = mem_strdup(target)};
}

/* "Z NAME ..." is a zone, "L TARGET NAME" a link (zic(8)). "Factory" means that nobody set a zone.
 */
static void read_line(char *line)
{
    char *rest = NULL;
    const char *kind = strtok_r(line, " \n", &rest);
    const char *first = strtok_r(NULL, " \n", &rest);
    const char *second = strtok_r(NULL, " \n", &rest);
    if (first == NULL || second == NULL) {
        return;
    }
    if (strcmp(kind, "#") == 0 && strcmp(first, "version") == 0) {
        snprintf(zones.version, sizeof zones.version, "%s", second);
    } else if (strcmp(kind, "Z") == 0 && strcmp(first, "Factory") != 0) {
        add_name(first, NULL);
    } else if (strcmp(kind, "L") == 0) {
        add_name(second, first);
    }
}

static void resolve(ZoneName *zone)
{
    const ZoneName *at = zone;
    for (int hops = 0; at != NULL && at->target != NULL && hops < 8; hops++) {
        at = find_exact(at->target);
    }
    zone->canonical = at != NULL && at->target == NULL ? at->name : zone->name;
}

static FILE *open_names(void)
{
    const char *dir = getenv("TZDIR");
    AUTO_FREE char *path = mem_sprintf("%s/tzdata.zi", dir != NULL ? dir : "/usr/share/zoneinfo");
    return fopen(path, "re");
}

static void read_all(void)
{
    FILE *file = open_names();
    if (file == NULL) {
        return;
    }
    AUTO_FREE char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, file) >= 0) {
        read_line(line);
    }
    fclose(file);
    qsort(zones.names, zones.count, sizeof *zones.names, compare_names);
    for (size_t i = 0; i < zones.count; i++) {
        resolve(&zones.names[i]);
    }
}

static bool loads(ZoneName *zone)
{
    char known = atomic_load_explicit(&zone->loads, memory_order_relaxed);
    if (known == 0) {
        known = zone_shim_loads(zone->canonical) ? 'y' : 'n';
        atomic_store_explicit(&zone->loads, known, memory_order_relaxed);
    }
    return known == 'y';
}

const char *zone_names_find(TextSlice name)
{
    char text[64];
    if (name.len >= sizeof text) {
        return NULL;
    }
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    pthread_once(&zones.once, read_all);
    ZoneName *zone = zones.count > 0 ? find_exact(text) : NULL;
    return zone != NULL && loads(zone) ? zone->canonical : NULL;
}

size_t zone_names_count(void)
{
    pthread_once(&zones.once, read_all);
    return zones.count;
}

const char *zone_names_version(void)
{
    pthread_once(&zones.once, read_all);
    return zones.version;
}

bool zone_names_changed(void)
{
    char line[64] = "";
    char version[sizeof zones.version] = "";
    pthread_once(&zones.once, read_all);
    FILE *file = open_names();
    if (file == NULL) {
        return false;
    }
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    return read && sscanf(line, "# version %31s", version) == 1 &&
           strcmp(version, zones.version) != 0;
}
