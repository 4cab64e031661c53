internal import Glibc

/// How long the turns of a loop take, and how long they hold it up by themselves: by their work, or by a call that
/// blocks, but not for want of a processor that others have.
///
/// The kernel counts how long a thread was ready to run and had none. To ask costs as much as a small turn, so it is
/// asked behind a long turn and, so that little of what came before is taken for a part of one, every few milliseconds.
struct TurnMeter: ~Copyable {
  /// The longest turn since the last reset, in milliseconds.
  private(set) var longest: UInt64 = 0
  /// The longest time that a turn held the loop up by itself, in milliseconds.
  private(set) var longestBlock: UInt64 = 0

  /// Nanoseconds between two looks.
  private static let interval: UInt64 = 5_000_000
  /// The kernel's account of the thread; -1 where it keeps none.
  private let account: Int32
  private var lookedAt: UInt64 = 0
  private var waitedBefore: UInt64 = 0

  /// To be made on the loop's thread.
  init() { account = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC) }

  deinit { if account >= 0 { close(account) } }

  /// A turn that began at the millisecond `began` is over, at the nanosecond `now`.
  @inline(__always)
  mutating func turnEnded(began: UInt64, now: UInt64) {
    let ended = now / 1_000_000
    let took = ended > began ? ended - began : 0
    if took > longestBlock || now &- lookedAt > Self.interval { look(took, now) }
  }

  private mutating func look(_ took: UInt64, _ now: UInt64) {
    let waited = waitingTime()
    longest = max(longest, took)
    longestBlock = max(longestBlock, took - min(took, (waited - min(waited, waitedBefore)) / 1_000_000))
    waitedBefore = waited
    lookedAt = now
  }

  mutating func reset() {
    longest = 0
    longestBlock = 0
  }

  /// Nanoseconds that the thread was ready to run and had no processor.
  private func waitingTime() -> UInt64 {
    var bytes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
    return withUnsafeMutableBytes(of: &bytes) { bytes in
      let count = pread(account, bytes.baseAddress, bytes.count, 0)
      guard count > 0 else { return 0 }
      // Nanoseconds on a processor, nanoseconds without one, and how often it had one.
      var number: UInt64 = 0
      for byte in bytes[..<count].drop(while: { $0 != UInt8(ascii: " ") }).dropFirst() {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
        number = number &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
      }
      return number
    }
  }
}
