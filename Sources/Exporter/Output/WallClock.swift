import Bytes
import Glibc

/// Tells the time of day: milliseconds since the beginning of 1970, in UTC.
typealias WallClock = @Sendable () -> Int64

/// The system's clock.
let currentTime: WallClock = {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}

/// `2026-01-31T12:34:56.789Z`.
func utcText(_ milliseconds: Int64) -> String {
  var buffer = ByteBuffer(capacity: 32)
  buffer.append(utcMilliseconds: milliseconds)
  return buffer.text()
}
