import EventLoop
import ODBC

/// Stops an import that waits: for rows, or between two attempts. What is being written is finished first.
///
/// SAFETY: `@unchecked Sendable` since it is used on the thread of its loop alone.
final class ImportBrake: @unchecked Sendable {
  private let loop: Loop
  private(set) var isPulled = false
  private var feed: ODBCFeed<StagedBatch>?
  private var nap: Task<Void, Never>?

  init(_ loop: Loop) { self.loop = loop }

  /// What is given up when the brake is pulled.
  func guards(_ feed: ODBCFeed<StagedBatch>?) {
    self.feed = feed
    if isPulled { feed?.abandon() }
  }

  /// Waits for so long, or until the brake is pulled.
  func sleep(milliseconds: UInt64) async {
    guard !isPulled else { return }
    let nap = loop.start { [loop] in try? await loop.sleep(milliseconds: milliseconds) }
    self.nap = nap
    await nap.value
    self.nap = nil
  }

  func pull() {
    isPulled = true
    nap?.cancel()
    feed?.abandon()
  }
}
