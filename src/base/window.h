/* Windows over which a limit counts, as people write them: 1m, 5 minutes, hourly, 1d, 7d, monthly, 1mo.
 *
 * Windows are half-open. One of a second, minute, hour, day or month, and of several seconds to hours, follows the UTC calendar; one of
 * several days or weeks starts at its anchor and repeats. */
#ifndef AK_BASE_WINDOW_H
#define AK_BASE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Length in microseconds, 0 = a month. False: it cannot be read. */
bool ak_window_length(const char *window, int64_t *length_us);
/* Start of the window that an instant lies in; NULL is no window, which starts at the anchor. False: it cannot be read. */
bool ak_window_start(const char *window, int64_t anchor_us, int64_t at_us, int64_t *start_us);
/* Of one length; NULL, no window, is like itself only. */
bool ak_window_same(const char *a, const char *b);
/* Does it start by the calendar, whatever the anchor? */
bool ak_window_by_calendar(const char *window);

#ifdef __cplusplus
}
#endif
#endif
