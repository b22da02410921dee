// The time of day as a test wants it, in whatever program this is loaded into (LD_PRELOAD): the right time and as many
// milliseconds more as stand in the file that MENTORA_CLOCK names, at any moment. The monotonic clock, by which
// programs wait, goes on as ever. libfaketime does more, and stops workerd before it has begun: tcmalloc polls while it
// starts, and libfaketime allocates when it is polled for the first time.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_ms;

__attribute__((constructor)) static void hang(void) {
  const char *path = getenv("MENTORA_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof *offset_ms, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (shared != MAP_FAILED) offset_ms = shared;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int outcome = (int)syscall(SYS_clock_gettime, clock, now);
  if (outcome != 0 || offset_ms == NULL || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return outcome;
  int64_t ms = *offset_ms;
  int64_t nanoseconds = now->tv_nsec + ms % 1000 * 1000000;
  int64_t carry = nanoseconds < 0 ? -1 : nanoseconds / 1000000000;
  now->tv_sec += ms / 1000 + carry;
  now->tv_nsec = nanoseconds - carry * 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec precise;
  int outcome = clock_gettime(CLOCK_REALTIME, &precise);
  if (outcome != 0) return outcome;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *also) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (also != NULL) *also = now.tv_sec;
  return now.tv_sec;
}
