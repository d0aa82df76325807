"""Clocks that are wrong, for single programs: a library that is loaded before libc and moves the wall clock.

A time namespace (`unshare --time`) moves the monotonic and the boot clock alone.
"""
import pathlib
import shutil
import subprocess

from results import CannotRun

SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long offset(void) {
    static long seconds;
    static int is_known;
    if (!is_known) {
        const char *text = getenv("FLEET_CLOCK_OFFSET");
        seconds = text ? atol(text) : 0;
        is_known = 1;
    }
    return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec time;
    int result = clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return result;
}

time_t time(time_t *now) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    if (now) *now = time.tv_sec;
    return time.tv_sec;
}

int timespec_get(struct timespec *now, int base) {
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}
"""


class Clock:
    """The library, compiled into a folder."""

    def __init__(self, folder):
        compiler = next(filter(None, map(shutil.which, ["cc", "clang"])), None)
        if not compiler:
            raise CannotRun("there is no C compiler, with which a wrong clock is made")
        self.library = pathlib.Path(folder) / "clock.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-x", "c", "-", "-o", self.library, "-ldl"],
                       input=SOURCE, text=True, check=True)

    def off_by(self, seconds):
        """What a program's environment needs so that its clock is so many seconds ahead."""
        return {"LD_PRELOAD": str(self.library), "FLEET_CLOCK_OFFSET": str(seconds)} if seconds else {}
