import Curl
import EventLoop

/// Asks the server which ids are settled, until it is decided where a consistent export ends.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
struct SettledEndSearch: @unchecked Sendable {
  let loop: Loop
  let fetcher: PageFetcher
  /// The last id that is in the file; 0 for none.
  let after: Int64
  /// Milliseconds to wait for what is not settled yet.
  let patience: UInt64
  /// Tells the user what it waits for.
  var onWait: (Watermark) -> Void = { _ in }
  /// Tells the user where the export ends: rows with higher ids are not in the file.
  var onEnd: (Int64) -> Void = { _ in }

  /// Milliseconds between two questions.
  private static let interval: UInt64 = 250

  func find() async throws -> Int64 {
    var decision = SettledEnd(after: after, patience: patience)
    let buffer = ReceiveBuffer()
    var isTold = false
    while true {
      let watermark = try await ask(buffer)
      switch decision.take(watermark, at: loop.now) {
      case .end(let id):
        onEnd(id)
        return id
      case .unsettled: throw FetchFailure.givenUp("\(watermark)")
      case .ask:
        if !isTold { onWait(watermark) }
        isTold = true
        try await loop.sleep(milliseconds: Self.interval)
      }
    }
  }

  private func ask(_ buffer: ReceiveBuffer) async throws -> Watermark {
    do {
      try await fetcher.fetchWatermark(into: buffer)
    } catch FetchFailure.refused(let status, let detail) where [400, 404, 405].contains(status) {
      throw FetchFailure.refused(
        status: status,
        detail: "--consistent needs /customers/watermark, which Roster's own server has; it said: \(detail)")
    }
    guard let watermark = Watermark(buffer) else {
      throw FetchFailure.impossible("the answer of /customers/watermark is not what --consistent needs")
    }
    return watermark
  }
}
