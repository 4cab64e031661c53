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
  buffer.append(postgresTimestamp: (milliseconds - Int64(postgresEpochDay) * 86_400_000) * 1000)
  return buffer.text().replacingFirstBlank + "Z"
}

extension String {
  /// Date and time with a `T` between them.
  fileprivate var replacingFirstBlank: String {
    split(separator: " ", maxSplits: 1).joined(separator: "T")
  }
}
