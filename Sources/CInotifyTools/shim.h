#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <signal.h>
#include <sys/prctl.h>

// Only the helper hashdrop-watch may link this module: libinotifytools is GPL-2, and all of its state is
// global to the process.

// prctl is variadic, which Swift cannot call. The calling process is killed when the thread that started it
// ends. Returns 0, or -1 with errno.
static inline int hashdrop_die_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

// The name is a flexible array member, which Swift does not import. NUL-padded to event->len bytes.
static inline const char *hashdrop_event_name(const struct inotify_event *event) {
    return event->name;
}
