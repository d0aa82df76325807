#ifndef HASHDROP_CSYSTEMD_SHIM_H
#define HASHDROP_CSYSTEMD_SHIM_H

// Without it the journal's functions would record this file as the place of every line.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#endif
